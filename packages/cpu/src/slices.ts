/**
 * Work that can be interrupted. Planning copies weights and writes tables, which takes tens of milliseconds for a large layer.
 * Whoever must not hold the event loop so long does the work in slices, and other calls may come in between: so what a piece of
 * work keeps from before `giveWay` must not be a view of the memory, which may have grown since.
 */

/** Gives way at least once for about `SLICE` elements that are written. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Elements; they take up to 0.5 ms to write, memory that was never touched before included. */
export const SLICE = 16384;

/** `yield* giveWay()` ends a slice. A function, because the bundler cannot parse a bare `yield` that minifying put before a comma. */
export function* giveWay(): Sliced<void> {
  yield;
}

/** Does all of it at once. */
export function complete<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Zeros for all that `view` shows. It is asked anew for each slice, and must show the memory as it is by then. */
export function* fillZeros(view: () => Float32Array): Sliced<void> {
  const { length } = view();
  for (let at = 0; at < length; at += SLICE) {
    view().fill(0, at, at + SLICE);
    yield* giveWay();
  }
}
