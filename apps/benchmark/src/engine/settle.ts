/** Awaiting code that is not ours, such as a backend of the caller's: what never settles must not end the process. */

import type { Io } from "../terminal/io.js";

/** Where nothing is left that could still happen, this is how long an answer may take: an idle worker thread can send one. */
export const GRACE = 10_000;

/** Nobody will answer any more. */
export class UnsettledError extends Error {
  constructor() {
    super("no answer, and nothing left that could bring one");
    this.name = "UnsettledError";
  }
}

export interface SettleOptions {
  /** Milliseconds after which it counts as unsettled, whatever else goes on. Default: none. */
  readonly limit?: number;
  /** Whether Ctrl-C ends the wait. Default true. */
  readonly interruptible?: boolean;
}

/**
 * What `work` gives. Ctrl-C ends the wait with the signal's reason, and `UnsettledError` ends it where the event loop has
 * run dry, which without this would end the process.
 */
export async function settle<T>(
  { signal, onIdle }: Pick<Io, "signal" | "onIdle">,
  work: () => T | Promise<T>,
  { limit, interruptible = true }: SettleOptions = {},
): Promise<T> {
  let giveUp: (reason: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const timers: NodeJS.Timeout[] = [];
  const unsettledAfter = (milliseconds: number): NodeJS.Timeout => {
    const timer = setTimeout(() => giveUp(new UnsettledError()), milliseconds);
    timers.push(timer);
    return timer;
  };
  const interrupt = (): void => giveUp(signal.reason);
  const stopListening = onIdle(() => unsettledAfter(GRACE));
  // A limit alone is no reason to keep the process waiting.
  if (limit !== undefined) unsettledAfter(limit).unref();
  if (interruptible) signal.addEventListener("abort", interrupt);
  try {
    return await Promise.race([work(), lost]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    stopListening();
    signal.removeEventListener("abort", interrupt);
  }
}
