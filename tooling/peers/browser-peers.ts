/** Libraries that run in a page: their adapters, and their variants, which are other ways to call them. */

import type { Peer } from "./peers.js";

export interface BrowserPeer extends Peer {
  /** Other ways to call the library for the same problems, by name. Without them the suite would never use these interfaces. */
  readonly variants: Readonly<Record<string, string>>;
}

const ORT = { "onnxruntime-web": "1.30.0" } as const;
const TFJS = { "@tensorflow/tfjs-core": "4.22.0", "@tensorflow/tfjs-backend-cpu": "4.22.0" } as const;
const AUTO_PAD = "auto_pad SAME_UPPER in place of the pads, for problems with the same pads";
const BARE = "without the attributes of Conv that have their default values";
const NCHW = "preferredLayout NCHW (the default is NHWC)";

export const BROWSER_PEERS = {
  "tfjs-webgl": {
    adapter: "page/tfjs-webgl.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-webgl": "4.22.0" },
    variants: { same: 'the word "same" in place of the pads, for problems with the same pads' },
  },
  "tfjs-webgpu": {
    adapter: "page/tfjs-webgpu.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-webgpu": "4.22.0" },
    variants: {
      same: 'the word "same" in place of the pads, for problems with the same pads',
      dispose_after_reads: "a tensor is disposed of after the reads that were called before",
    },
  },
  "tfjs-wasm": {
    adapter: "page/tfjs-wasm.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-wasm": "4.22.0" },
    variants: { same: 'the word "same" in place of the pads, for problems with the same pads' },
  },
  "onnxruntime-web-webgpu": {
    adapter: "page/onnxruntime-web-webgpu.ts",
    packages: ORT,
    variants: { auto_pad: AUTO_PAD, bare: BARE, nchw: NCHW },
  },
  "onnxruntime-web-jsep": {
    adapter: "page/onnxruntime-web-jsep.ts",
    packages: ORT,
    variants: { auto_pad: AUTO_PAD, bare: BARE, nchw: NCHW },
  },
  "onnxruntime-web-webgl": {
    adapter: "page/onnxruntime-web-webgl.ts",
    packages: ORT,
    variants: { auto_pad: AUTO_PAD, bare: BARE },
  },
  "jax-js-webgpu": { adapter: "page/jax-js-webgpu.ts", packages: { "@jax-js/jax": "0.1.25" }, variants: {} },
  "litert-webgpu": {
    adapter: "page/litert-webgpu.ts",
    packages: { "@litertjs/core": "2.5.3" },
    variants: { groups: "also groups whose channels are no multiple of 4, which it does not compute" },
  },
  // Convene's own backend is the control. It needs no package.
  gpu: { adapter: "page/gpu.ts", packages: {}, variants: { webgl2: "on WebGL2 instead of WebGPU" } },
} as const satisfies Readonly<Record<string, BrowserPeer>>;

export type BrowserPeerName = keyof typeof BROWSER_PEERS;

export function isBrowserPeerName(name: string): name is BrowserPeerName {
  return Object.hasOwn(BROWSER_PEERS, name);
}
