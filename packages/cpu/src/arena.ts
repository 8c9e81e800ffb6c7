/** An allocator over one kernel memory. It takes the first free block that fits, and joins neighbouring free blocks. */

import { ConveneError, type MemoryUse } from "@convene/core";
import { createFreeBlocks } from "./free-blocks.js";
import type { KernelMemory } from "./kernel-set.js";

/** Blocks start at multiples of a cache line. */
export const ALIGNMENT = 64;

export const alignUp = (bytes: number, alignment: number = ALIGNMENT): number =>
  Math.ceil(bytes / alignment) * alignment;

export interface Arena {
  /** The address of `bytes` bytes, of undefined content. @throws ConveneError `ERR_OUT_OF_MEMORY` */
  allocate(bytes: number, what: string): number;
  /** Frees the memory at an address of `allocate`. */
  free(address: number): void;
  /** A view of the same arena that remembers its own allocations. Several scopes may be in use at the same time. */
  scope(): Scope;
  /** Views of the whole memory, valid until the next `allocate`. */
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  use(): MemoryUse;
}

/** Allocations that belong together and are given back together. */
export interface Scope {
  readonly arena: Arena;
  /** The addresses that were allocated through this scope's `arena` and not freed through it. */
  readonly addresses: ReadonlySet<number>;
}

/** @param limit bytes that the memory may grow to, beside its staging area */
export function createArena(memory: KernelMemory, limit: number): Arena {
  // Address 0 stands for "none", so the first cache line is never allocated. The staging area is not allocated either.
  let end = Math.max(ALIGNMENT, alignUp(memory.staging));
  const limitAddress = memory.staging + limit;
  let used = 0;
  const live = new Map<number, number>();
  const free = createFreeBlocks();
  let f32 = new Float32Array(memory.buffer);
  let i32 = new Int32Array(memory.buffer);

  const refresh = (): void => {
    if (f32.buffer === memory.buffer) return;
    f32 = new Float32Array(memory.buffer);
    i32 = new Int32Array(memory.buffer);
  };

  /** Takes `bytes` at the end of the memory. The memory grows if it is too small. */
  const extend = (bytes: number, what: string): number => {
    const last = free.takeEndingAt(end);
    const address = last?.address ?? end;
    const needed = address + bytes;
    const fail = (cause?: unknown): never => {
      if (last) free.add(last);
      throw new ConveneError(
        "ERR_OUT_OF_MEMORY",
        `${what} needs ${bytes} bytes; ${used} are in use and the limit is ${limit}. Dispose of what is no longer needed, or raise maxMemory`,
        { cause },
      );
    };
    if (needed > limitAddress) fail();
    if (needed > memory.buffer.byteLength) {
      try {
        memory.grow(needed);
      } catch (cause) {
        fail(cause);
      }
    }
    end = needed;
    return address;
  };

  const arena: Arena = {
    allocate(bytes, what) {
      const size = Math.max(ALIGNMENT, alignUp(bytes));
      const address = free.take(size) ?? extend(size, what);
      live.set(address, size);
      used += size;
      return address;
    },
    scope() {
      const addresses = new Set<number>();
      const scoped: Arena = {
        scope: arena.scope,
        use: arena.use,
        allocate(bytes, what) {
          const address = arena.allocate(bytes, what);
          addresses.add(address);
          return address;
        },
        free(address) {
          arena.free(address);
          addresses.delete(address);
        },
        get f32() {
          return arena.f32;
        },
        get i32() {
          return arena.i32;
        },
      };
      return { arena: scoped, addresses };
    },
    free(address) {
      const bytes = live.get(address);
      if (bytes === undefined) throw new Error(`address ${address} is not allocated`);
      live.delete(address);
      used -= bytes;
      free.add({ address, bytes });
    },
    get f32() {
      refresh();
      return f32;
    },
    get i32() {
      refresh();
      return i32;
    },
    use: () => ({ used, reserved: memory.buffer.byteLength }),
  };
  return arena;
}
