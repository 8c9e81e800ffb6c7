/** A WebAssembly memory as kernels' memory. */

import { ConveneError } from "@convene/core";
import type { KernelMemory } from "./kernel-set.js";
import { STAGING } from "./wasm-copies.js";

export const PAGE = 65536;

/** A page below what an address of 32 bits can name. */
const MOST_ADDRESSES = 2 ** 32 - PAGE;

/** What tensors and plans may have of that. */
export const MOST_WASM_MEMORY = MOST_ADDRESSES - STAGING;

/** What is tried in turn where nobody said how much: some phones and containers refuse to reserve 4 GiB of addresses. */
const SIZES = [MOST_ADDRESSES, 2 ** 31, 2 ** 30, 2 ** 29, 2 ** 28] as const;

/** A memory, and the bytes that tensors and plans may take of it: all but the staging area. */
export interface ReservedMemory {
  readonly memory: WebAssembly.Memory;
  readonly maxMemory: number;
}

/**
 * A memory as large as the staging area, which can grow. Addresses for all that it may grow to are reserved now.
 *
 * @param maxMemory bytes that it may grow by, and no less; left out, it may grow to 4 GiB less a page, or half of that, and so
 * on down to 256 MiB, whichever can be had first
 * @throws ConveneError `ERR_OUT_OF_MEMORY` where so many addresses cannot be reserved
 */
export function reserveWasmMemory(backend: string, maxMemory: number | undefined, shared: boolean): ReservedMemory {
  if (maxMemory !== undefined) return { memory: createWasmMemory(backend, STAGING + maxMemory, shared), maxMemory };
  let refusal: unknown;
  for (const size of SIZES) {
    try {
      return { memory: createWasmMemory(backend, size, shared), maxMemory: size - STAGING };
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

function createWasmMemory(backend: string, bytes: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(STAGING / PAGE), maximum: Math.ceil(bytes / PAGE), shared });
  } catch (cause) {
    throw new ConveneError(
      "ERR_OUT_OF_MEMORY",
      `${backend} could not reserve ${bytes} bytes of addresses. Lower maxMemory`,
      { cause },
    );
  }
}

export function kernelMemory(memory: WebAssembly.Memory): KernelMemory {
  return {
    get buffer() {
      return memory.buffer;
    },
    staging: STAGING,
    grow: (needed) => void memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE)),
  };
}
