/** A limit on opening: a backend that waits for something which never comes says so, and does not wait for ever. */

/** Seconds without an answer after which a backend should give up opening. */
export const OPENING_LIMIT = 60;

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

/**
 * Calls `late` once, after so many seconds in which the event loop has had its turns. Seconds are counted by a timer that
 * fires once in each, so a thread that was blocked, or a machine that slept, counts as one second however long that took:
 * an answer that came in the meantime is heard first. For authors of backends, who call what comes back when they have their
 * answer.
 *
 * @param late what to do then, such as to reject with a `BackendUnavailableError` that says what was waited for
 * @param seconds whole seconds, from 1
 * @returns what ends the waiting, and the timer with it; it may be called more than once
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
