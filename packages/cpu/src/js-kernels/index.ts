/** The kernels in TypeScript, for where WebAssembly is forbidden. */

import { transpose } from "@convene/core/backend";
import type { Copies, KernelMemory, KernelSet } from "../kernel-set.js";
import { depthwiseJs } from "./depthwise.js";
import { IGEMM_MR, IGEMM_NR, igemmJs } from "./igemm.js";
import { operationKernelsJs } from "./operations/index.js";
import { viewsOf } from "./views.js";

/** @param maxMemory bytes that the memory may grow to */
export function createJsKernels(maxMemory: number): KernelSet {
  const memory = createJsMemory(maxMemory);
  return {
    name: "plain JavaScript",
    memory,
    maxMemory,
    tiles: { igemm: [{ mr: IGEMM_MR, nr: IGEMM_NR, streams: 1, kernel: "igemm2x4", speed: 1 }], depthwise: [] },
    copies: copiesJs(memory),
    run: { igemm2x4: igemmJs(memory), depthwise: depthwiseJs(memory), ...operationKernelsJs(memory) },
  };
}

/** Copies directly between the caller's array and the memory, without a staging area. */
function copiesJs(memory: KernelMemory): Copies {
  const views = viewsOf(memory);
  const imageAt = (device: number, channels: number, pixels: number): Float32Array =>
    views().f32.subarray(device / 4, device / 4 + channels * pixels);
  return {
    toNhwc: (host, device, channels, pixels) => transpose(host, imageAt(device, channels, pixels), channels, pixels),
    toNchw: (device, host, channels, pixels) => transpose(imageAt(device, channels, pixels), host, pixels, channels),
  };
}

/** An `ArrayBuffer` that grows by copying. It grows at least by half, so that many small allocations copy little. */
function createJsMemory(maxMemory: number): KernelMemory {
  let buffer = new ArrayBuffer(65536);
  return {
    get buffer() {
      return buffer;
    },
    staging: 0,
    grow(bytes) {
      const grown = new ArrayBuffer(roundToPage(Math.max(bytes, Math.min(buffer.byteLength * 1.5, maxMemory))));
      new Uint8Array(grown).set(new Uint8Array(buffer));
      buffer = grown;
    },
  };
}

function roundToPage(bytes: number): number {
  return Math.ceil(bytes / 65536) * 65536;
}
