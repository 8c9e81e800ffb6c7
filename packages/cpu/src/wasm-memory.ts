/** A WebAssembly memory as the kernels' memory. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { createDisposedMemories } from "./disposed-memories.js";
import type { KernelMemory } from "./kernel-set.js";
import type { Asker } from "./wasm-build.js";
import { STAGING } from "./wasm-copies.js";

export const PAGE = 65536;

/** The bytes that an address of 32 bits can name, less a page. */
const MOST_ADDRESSES = 2 ** 32 - PAGE;

/** The bytes that tensors and plans may take of these addresses. */
export const MOST_WASM_MEMORY = MOST_ADDRESSES - STAGING;

/** Sizes that are tried in turn if the user gave none: some phones and containers refuse to reserve 4 GiB of addresses. */
const SIZES = [MOST_ADDRESSES, 2 ** 31, 2 ** 30, 2 ** 29, 2 ** 28] as const;

/** A memory, and the bytes of the memory that tensors and plans may take: all but the staging area. */
export interface ReservedMemory {
  readonly memory: WebAssembly.Memory;
  readonly maxMemory: number;
}

/** The only thing that backends share: weak references to the shared memories of disposed backends. V8 counts other memories itself. */
const disposed = createDisposedMemories();

/**
 * Marks a shared memory as unused.
 *
 * @param reuse whether another backend may have the memory. Only true if nobody can write to it any more
 */
export function disposeSharedMemory({ memory, maxMemory }: ReservedMemory, reuse: boolean): void {
  disposed.give(memory, pagesOf(STAGING + maxMemory), reuse);
}

/**
 * A memory at least as large as the staging area, which can grow. The addresses for its largest size are reserved now.
 * A shared memory may be the larger memory of a disposed backend.
 *
 * @param maxMemory bytes that the memory may grow by, and no less. Left out: the memory may grow to 4 GiB less a page;
 * if the engine cannot reserve so much, to half, and so on down to 256 MiB
 * @throws ConveneError `ERR_OUT_OF_MEMORY` where the engine cannot reserve so many addresses, but can reserve fewer
 * @throws BackendUnavailableError where the engine cannot reserve even the smallest memory
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

/**
 * The error for an engine without addresses. Its remedy was tried on Node 20 and 22 under `ulimit -v 8000000`. From 24
 * on Node sets the flag itself under such a limit.
 */
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
