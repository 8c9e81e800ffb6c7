/** A WebAssembly memory as kernels' memory. */

import { ConveneError } from "@convene/core";
import type { KernelMemory } from "./kernel-set.js";

export const PAGE = 65536;

/** A page below what an address of 32 bits can name. */
export const MOST_WASM_MEMORY = 2 ** 32 - PAGE;

/**
 * A memory of one page, which can grow.
 *
 * @param maxMemory bytes that it may grow to
 * @throws ConveneError `ERR_OUT_OF_MEMORY` where so many addresses cannot be reserved
 */
export function createWasmMemory(backend: string, maxMemory: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: Math.ceil(maxMemory / PAGE), shared });
  } catch (cause) {
    throw new ConveneError(
      "ERR_OUT_OF_MEMORY",
      `${backend} could not reserve ${maxMemory} bytes of addresses. Lower maxMemory`,
      { cause },
    );
  }
}

export function kernelMemory(memory: WebAssembly.Memory): KernelMemory {
  return {
    get buffer() {
      return memory.buffer;
    },
    grow: (needed) => void memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE)),
  };
}
