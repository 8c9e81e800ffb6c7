/**
 * The shared WebAssembly memories of disposed backends. No program can free one: the engine does, when
 * it collects garbage. V8 does not count the bytes of shared memories when it decides whether that is worth while, so a program
 * that opened and disposed a backend for each request would hold gigabytes of dead ones (measured: 3.4 GB after 600).
 *
 * So the next backend takes a dead memory that has not been collected yet. And as long as one is dead and not collected, an array
 * of its size, which nobody writes to and which takes no pages, is held for it: that one V8 counts. Nothing here keeps a memory
 * from being collected.
 */

export interface DisposedMemories {
  /**
   * A memory that nobody uses any more.
   *
   * @param maximum pages that it may grow to
   * @param reuse whether another backend may have it: nobody may write to it any more, however late
   */
  give(memory: WebAssembly.Memory, maximum: number, reuse: boolean): void;
  /** One that may grow to `maximum` pages, of any content and of any size up to `MOST_REUSED`, if there is one. */
  take(maximum: number): WebAssembly.Memory | undefined;
}

/** Bytes; a larger one would be too much for a next backend that may need little of it, since no memory shrinks. */
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
      // The latest: its pages are the likeliest to be in a cache.
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
    // There is no room for it, so there will be a collection anyway.
    return undefined;
  }
}
