/** A WebAssembly memory as kernels' memory. */

import { ConveneError } from "@convene/core";
import { createDisposedMemories } from "./disposed-memories.js";
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

/** The only thing that backends have together: weak references to what dead ones have left. Only to shared memories; V8 counts others. */
const disposed = createDisposedMemories();

/**
 * Says that nobody uses a shared memory any more.
 *
 * @param reuse whether another backend may have it: nobody may write to it any more, however late
 */
export function disposeSharedMemory({ memory, maxMemory }: ReservedMemory, reuse: boolean): void {
  disposed.give(memory, pagesOf(STAGING + maxMemory), reuse);
}

/**
 * A memory at least as large as the staging area, which can grow. Addresses for all that it may grow to are reserved now. A
 * shared one may be that of a disposed backend, and larger.
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
  const maximum = pagesOf(bytes);
  const reused = shared ? disposed.take(maximum) : undefined;
  if (reused) return reused;
  try {
    return new WebAssembly.Memory({ initial: pagesOf(STAGING), maximum, shared });
  } catch (cause) {
    throw new ConveneError(
      "ERR_OUT_OF_MEMORY",
      `${backend} could not reserve ${bytes} bytes of addresses. Lower maxMemory`,
      { cause },
    );
  }
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE);
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
