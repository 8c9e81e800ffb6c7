/** A limit on the time that a backend takes to open, so that it does not wait for ever for an answer that never comes. */

/** Seconds without an answer after which a backend should give up opening. */
export const OPENING_LIMIT = 60;

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

/**
 * Calls `late` once, after `seconds` in which the event loop was free. For authors of backends. A timer that fires once in a second counts
 * the seconds. So a blocked thread or a sleeping machine counts as one second, however long it took, and an answer that came in the
 * meantime is heard first.
 *
 * @param late called when the time is over, such as to reject with a `BackendUnavailableError` that says what the backend waited for
 * @param seconds an integer of at least 1; not checked
 * @returns a function that ends the waiting and its timer; call it when the answer has come. It may be called more than once
 */
export function limitOpening(late: () => void, seconds: number = OPENING_LIMIT): () => void {
  let passed = 0;
  const timer = setInterval(() => {
    if (++passed < seconds) return;
    clearInterval(timer);
    late();
  }, TICK);
  return () => clearInterval(timer);
}
