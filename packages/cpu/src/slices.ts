/**
 * Work that can be interrupted. Planning copies weights and writes tables, which takes tens of milliseconds for a large
 * layer. `worker-threads` must not block the event loop for so long, so it does the work in slices. Between two slices
 * other calls may run, and the memory may grow. So do not keep a view of the memory across `giveWay`.
 */

/** Work that gives way at least once for about `SLICE` written elements. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Elements of a slice. Writing them takes up to 0.5 ms, also in memory that was never touched before. */
export const SLICE = 16384;

/** `yield* giveWay()` ends a slice. It is a function, because minifying can put a bare `yield` before a comma, which the bundler cannot parse. */
export function* giveWay(): Sliced<void> {
  yield;
}

/** Does all slices at once, and returns the result. */
export function complete<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Writes zeros to all of `view()`. `view` is called for each slice, and must return a view of the memory at that time. */
export function* fillZeros(view: () => Float32Array): Sliced<void> {
  const { length } = view();
  for (let at = 0; at < length; at += SLICE) {
    view().fill(0, at, at + SLICE);
    yield* giveWay();
  }
}
