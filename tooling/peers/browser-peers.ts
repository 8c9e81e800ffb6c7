/** Libraries that compute on graphics, in a page: what their adapters are, and which other ways of asking them there are. */

import type { Peer } from "./peers.js";

export interface BrowserPeer extends Peer {
  /** Other ways of asking the library for the same problems, by name: interfaces that the suite would else never use. */
  readonly variants: Readonly<Record<string, string>>;
}

const ORT = { "onnxruntime-web": "1.30.0" } as const;
const TFJS = { "@tensorflow/tfjs-core": "4.22.0", "@tensorflow/tfjs-backend-cpu": "4.22.0" } as const;
const AUTO_PAD = "pads by auto_pad SAME_UPPER, where they are those";
const BARE = "attributes of Conv that have their defaults are left out";
const NCHW = "preferredLayout NCHW, where NHWC is the default";

export const BROWSER_PEERS = {
  "tfjs-webgl": {
    adapter: "page/tfjs-webgl.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-webgl": "4.22.0" },
    variants: { same: 'pads by the word "same", where they are those' },
  },
  "tfjs-webgpu": {
    adapter: "page/tfjs-webgpu.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-webgpu": "4.22.0" },
    variants: {
      same: 'pads by the word "same", where they are those',
      dispose_after_reads: "a tensor is disposed of after the reads that were called before",
    },
  },
  "tfjs-wasm": {
    adapter: "page/tfjs-wasm.ts",
    packages: { ...TFJS, "@tensorflow/tfjs-backend-wasm": "4.22.0" },
    variants: { same: 'pads by the word "same", where they are those' },
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
    variants: { groups: "also groups of channels that are no multiple of 4, which it does not compute" },
  },
  // The control: it needs no package.
  gpu: { adapter: "page/gpu.ts", packages: {}, variants: { webgl2: "on WebGL2 instead of WebGPU" } },
} as const satisfies Readonly<Record<string, BrowserPeer>>;

export type BrowserPeerName = keyof typeof BROWSER_PEERS;

export function isBrowserPeerName(name: string): name is BrowserPeerName {
  return Object.hasOwn(BROWSER_PEERS, name);
}
