/** The backends that the page offers, and whether this browser can run them. Pure, except for the question to the browser. */

import type { PageContestant } from "./page-peers.js";

export interface Contestant {
  /** The name that the engine opens. */
  readonly name: string;
  readonly about: string;
  /** A sentence about a feature that is missing here, or `undefined`. */
  readonly missing: (browser: Browser) => string | undefined;
}

/** The features of a browser. */
export interface Browser {
  readonly simd: boolean;
  readonly isolated: boolean;
  readonly webgl2: boolean;
  readonly webgpu: boolean;
}

const NO_WEBGL2 = "This browser gives workers no WebGL2: cpu and worker-threads need none.";
const NO_WEBGPU = "This browser has no WebGPU here: WebGL2 reaches the same graphics processor.";
const NO_SIMD = "This browser has no WebAssembly SIMD: cpu:js computes the same.";

/** A sentence about a feature that another library needs and that is missing, or `undefined`. */
export function missingFor(needs: PageContestant["needs"], browser: Browser): string | undefined {
  if (needs === "webgl2") return browser.webgl2 ? undefined : NO_WEBGL2;
  if (needs === "webgpu") return browser.webgpu ? undefined : NO_WEBGPU;
  return browser.simd ? undefined : NO_SIMD;
}

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: "cpu",
    about: "WebAssembly SIMD, one thread",
    missing: ({ simd }) => (simd ? undefined : NO_SIMD),
  },
  {
    name: "worker-threads",
    about: "the same kernels on every core, over shared memory",
    missing: ({ simd, isolated }) =>
      simd
        ? isolated
          ? undefined
          : "The page is not isolated, so threads cannot share memory: cpu runs the same kernels on one."
        : NO_SIMD,
  },
  {
    name: "gpu?mode=webgl2",
    about: "gpu.js on the graphics processor, by WebGL2",
    missing: ({ webgl2 }) => (webgl2 ? undefined : NO_WEBGL2),
  },
  {
    name: "gpu?mode=webgpu",
    about: "gpu.js on the graphics processor, by WebGPU",
    missing: ({ webgpu }) => (webgpu ? undefined : NO_WEBGPU),
  },
  { name: "cpu:js", about: "plain JavaScript, for where WebAssembly is forbidden", missing: () => undefined },
  {
    name: "planted-fault",
    about: "cpu with one wrong number, to see how a fault is shown",
    missing: ({ simd }) => (simd ? undefined : NO_SIMD),
  },
];

/** The smallest module with a SIMD instruction. `validate` accepts it only if there is SIMD. */
const SIMD_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];

/** The features of this browser. */
export function findBrowser(): Browser {
  const simd = typeof WebAssembly === "object" && WebAssembly.validate(Uint8Array.from(SIMD_MODULE));
  let webgl2 = false;
  try {
    webgl2 = new OffscreenCanvas(1, 1).getContext("webgl2") !== null;
  } catch {
    // Without an OffscreenCanvas a worker has no canvas.
  }
  return { simd, isolated: globalThis.crossOriginIsolated, webgl2, webgpu: "gpu" in navigator };
}
