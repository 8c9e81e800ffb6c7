/** Reads that a library is still at: `sync` waits for them, as for runs. */

export interface PendingReads {
  /** @returns the read itself, which counts as pending until it settles */
  add<T>(read: Promise<T>): Promise<T>;
  /** Resolves when all reads that were added before have settled, also where they failed: whoever asked for them knows. */
  settled(): Promise<void>;
}

export function createPendingReads(): PendingReads {
  const pending = new Set<Promise<unknown>>();
  return {
    async add(read) {
      pending.add(read);
      try {
        return await read;
      } finally {
        pending.delete(read);
      }
    },
    async settled() {
      await Promise.allSettled(pending);
    },
  };
}
