/**
 * The shared WebAssembly memories of disposed backends. No program can free such a memory; the engine frees it when it collects garbage.
 * V8 does not count the bytes of shared memories when it decides whether to collect. So a program that opens and disposes a backend for each
 * request would hold gigabytes of dead memories (measured: 3.4 GB after 600).
 *
 * There are two remedies. The next backend takes a dead memory that has not been collected yet. And for each dead memory that has not been
 * collected, an array of its size is held, because V8 counts the bytes of this array. Nobody writes to the array, so it takes no pages.
 * Nothing here keeps a memory from being collected.
 */

export interface DisposedMemories {
  /**
   * A memory that nobody uses any more.
   *
   * @param maximum pages that it may grow to
   * @param reuse whether another backend may have the memory. Only true if nobody can write to it any more
   */
  give(memory: WebAssembly.Memory, maximum: number, reuse: boolean): void;
  /** A dead memory that may grow to `maximum` pages, if there is one. Its content is undefined, its size at most `MOST_REUSED`. */
  take(maximum: number): WebAssembly.Memory | undefined;
}

/** Bytes of the largest memory that is reused. A memory cannot shrink, and the next backend may need little of it. */
export const MOST_REUSED = 64 * 2 ** 20;

interface Disposed {
  readonly memory: WeakRef<WebAssembly.Memory>;
  readonly maximum: number;
  readonly reuse: boolean;
  readonly weight: ArrayBuffer | undefined;
}

export function createDisposedMemories(): DisposedMemories {
  const all = new Set<Disposed>();
  const collected = new FinalizationRegistry<Disposed>((one) => all.delete(one));
  return {
    give(memory, maximum, reuse) {
      const bytes = memory.buffer.byteLength;
      const one = {
        memory: new WeakRef(memory),
        maximum,
        reuse: reuse && bytes <= MOST_REUSED,
        weight: weightOf(bytes),
      };
      all.add(one);
      collected.register(memory, one, one);
    },
    take(maximum) {
      // The latest memory comes first, because its pages are most likely still in a cache.
      for (const one of [...all].reverse()) {
        const memory = one.reuse && one.maximum === maximum ? one.memory.deref() : undefined;
        if (memory === undefined) continue;
        all.delete(one);
        collected.unregister(one);
        return memory;
      }
      return undefined;
    },
  };
}

function weightOf(bytes: number): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    // There is no room for the array, so the engine will collect anyway.
    return undefined;
  }
}
