/** Awaits code that is not ours, such as a backend of the caller. A promise that never settles must not end the process silently. */

/** The host's functions for waiting. */
export interface Waiting {
  /** Aborted if the whole command should stop. */
  readonly signal: AbortSignal;
  /** Calls back whenever the event loop is empty. Returns a function that stops this. */
  readonly onIdle: (callback: () => void) => () => void;
}

/** Milliseconds to wait for an answer after the event loop became empty, because an idle worker thread can still send an answer. */
export const GRACE = 10_000;

/** The error for a promise that cannot settle any more, or has not settled in time. */
export class UnsettledError extends Error {
  /** @param limit the time limit in milliseconds. Left out: the event loop was empty */
  constructor(limit?: number) {
    super(
      limit === undefined ? "no answer, and nothing left that could bring one" : `no answer within ${limit / 1000} s`,
    );
    this.name = "UnsettledError";
  }
}

export interface SettleOptions {
  /** Milliseconds after which the work counts as unsettled, in any case. Default: no limit. */
  readonly limit?: number | undefined;
  /** Whether Ctrl-C ends the wait. Default true. */
  readonly interruptible?: boolean;
}

/**
 * The result of `work`. Ctrl-C ends the wait with the signal's reason. `UnsettledError` ends the wait if the event loop is empty;
 * without this, the process would end.
 */
export async function settle<T>(
  { signal, onIdle }: Waiting,
  work: () => T | Promise<T>,
  { limit, interruptible = true }: SettleOptions = {},
): Promise<T> {
  let giveUp: (reason: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const timers: ReturnType<typeof setTimeout>[] = [];
  const unsettledAfter = (milliseconds: number, error: UnsettledError): ReturnType<typeof setTimeout> => {
    const timer = setTimeout(() => giveUp(error), milliseconds);
    timers.push(timer);
    return timer;
  };
  const interrupt = (): void => giveUp(signal.reason);
  const stopListening = onIdle(() => unsettledAfter(GRACE, new UnsettledError()));
  // The timer of the limit does not keep the process alive.
  if (limit !== undefined) letGo(unsettledAfter(limit, new UnsettledError(limit)));
  if (interruptible) signal.addEventListener("abort", interrupt);
  try {
    return await Promise.race([work(), lost]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    stopListening();
    signal.removeEventListener("abort", interrupt);
  }
}

/** In Node a timer keeps the process alive, unless `unref` is called. A browser's timer is a number. */
function letGo(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** Waits for one turn of the event loop, in which messages and signals arrive. Then throws if `signal` has been aborted. */
export async function breathe({ signal }: Pick<Waiting, "signal">): Promise<void> {
  await turn();
  signal.throwIfAborted();
}

/** Uses `setImmediate` if it exists. Otherwise it posts a message to itself, because browsers delay timers, by 4 ms or in the background by a second. */
function turn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener(
      "message",
      () => {
        port1.close();
        resolve();
      },
      { once: true },
    );
    port1.start();
    port2.postMessage(undefined);
  });
}
