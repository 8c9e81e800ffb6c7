/** A WebAssembly memory as kernels' memory. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { createDisposedMemories } from "./disposed-memories.js";
import type { KernelMemory } from "./kernel-set.js";
import type { Asker } from "./wasm-build.js";
import { STAGING } from "./wasm-copies.js";

export const PAGE = 65536;

/** The bytes that an address of 32 bits can name, less a page. */
const MOST_ADDRESSES = 2 ** 32 - PAGE;

/** The bytes of them that tensors and plans may have. */
export const MOST_WASM_MEMORY = MOST_ADDRESSES - STAGING;

/** Sizes that are tried in turn if the user gave none: some phones and containers refuse to reserve 4 GiB of addresses. */
const SIZES = [MOST_ADDRESSES, 2 ** 31, 2 ** 30, 2 ** 29, 2 ** 28] as const;

/** A memory, and the bytes that tensors and plans may take of it: all but the staging area. */
export interface ReservedMemory {
  readonly memory: WebAssembly.Memory;
  readonly maxMemory: number;
}

/** The only thing that backends share: weak references to the shared memories of disposed backends. V8 counts other memories itself. */
const disposed = createDisposedMemories();

/**
 * Marks a shared memory as unused.
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
 * @throws ConveneError `ERR_OUT_OF_MEMORY` where so many addresses cannot be reserved, and fewer can
 * @throws BackendUnavailableError where not even the smallest memory can be had
 */
export function reserveWasmMemory(
  asker: Pick<Asker, "backend" | "remedy">,
  maxMemory: number | undefined,
  shared: boolean,
): ReservedMemory {
  if (maxMemory !== undefined) return { memory: createWasmMemory(asker, STAGING + maxMemory, shared), maxMemory };
  let refusal: unknown;
  for (const size of SIZES) {
    try {
      return { memory: createWasmMemory(asker, size, shared), maxMemory: size - STAGING };
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

function createWasmMemory(
  asker: Pick<Asker, "backend" | "remedy">,
  bytes: number,
  shared: boolean,
): WebAssembly.Memory {
  const maximum = pagesOf(bytes);
  const reused = shared ? disposed.take(maximum) : undefined;
  if (reused) return reused;
  try {
    return new WebAssembly.Memory({ initial: pagesOf(STAGING), maximum, shared });
  } catch (cause) {
    if (!hasRoomForAny(shared)) throw withoutAddresses(asker, cause);
    throw new ConveneError(
      "ERR_OUT_OF_MEMORY",
      `${asker.backend} could not reserve ${bytes} bytes of addresses. Lower maxMemory`,
      { cause },
    );
  }
}

/** Whether an engine has addresses for a memory of a page. */
function hasRoomForAny(shared: boolean): boolean {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared }).buffer.byteLength > 0;
  } catch {
    return false;
  }
}

/** Tried on Node 20 and 22 under `ulimit -v 8000000`; from 24 on Node sets the flag itself there. */
function withoutAddresses({ backend, remedy }: Pick<Asker, "backend" | "remedy">, cause: unknown): Error {
  const reason =
    "there are no addresses left for a WebAssembly memory, however small: V8 reserves gigabytes of them around each, as guard " +
    "regions, and the address space of this process is limited (ulimit -v), or other memories have taken it";
  const flag =
    "Run node with --disable-wasm-trap-handler (Node 20.15 or later), which does without guard regions, run Node 24 or later, " +
    "or lift the limit. Otherwise: ";
  return new BackendUnavailableError(backend, reason, flag + remedy, { cause });
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
