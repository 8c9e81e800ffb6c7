/** In a build for tests: random waits wherever threads meet, so that orders come up which are rare otherwise. */

/** Whether this is that build; scripts/embed-worker.ts says, and nobody does where the calling thread joins. */
declare const DELAYS: boolean | undefined;
const ON = typeof DELAYS !== "undefined" && DELAYS;

let state = 0;
const asleep = ON ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

/** At entry and exit: seldom as long as a thread that the system has taken off its core. */
export function longDelay(): void {
  if (!ON) return;
  delay();
  if (Math.random() < 1 / 32) Atomics.wait(asleep!, 0, 0, 4 * Math.random());
}

/** Mostly nothing, often some microseconds, sometimes long enough for everyone else to finish. */
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
