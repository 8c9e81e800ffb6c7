/** Reads that are not finished. `sync` waits for them, as for runs. */

export interface PendingReads {
  /** @returns the read itself, which counts as pending until it settles */
  add<T>(read: Promise<T>): Promise<T>;
  /** Resolves when all earlier reads have settled. A failed read counts too, because its caller gets the error. */
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
