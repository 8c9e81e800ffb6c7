/** In a build for tests: random waits where threads meet, so that rare orders of events happen. */

/** Whether this is the build for tests. scripts/embed-worker.ts defines it; for a calling thread that joins, it is undefined. */
declare const DELAYS: boolean | undefined;
const ON = typeof DELAYS !== "undefined" && DELAYS;

let state = 0;
const asleep = ON ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

/** A wait at entry and exit, which is rarely as long as the wait of a thread that the system has taken off its core. */
export function longDelay(): void {
  if (!ON) return;
  delay();
  if (Math.random() < 1 / 32) Atomics.wait(asleep!, 0, 0, 4 * Math.random());
}

/** Mostly no wait, often some microseconds, sometimes long enough for all other threads to finish. */
export function delay(): void {
  if (!ON) return;
  state ||= (Math.random() * 2 ** 31) | 1;
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  const chance = state & 255;
  if (chance < 2) Atomics.wait(asleep!, 0, 0, chance / 2);
  else if (chance < 40) for (let i = (state >>> 8) & 8191; i > 0; i--) Atomics.load(asleep!, 0);
}
