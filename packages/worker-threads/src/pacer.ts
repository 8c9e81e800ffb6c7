/**
 * Does long work in slices, so that the event loop has its turns: the slices of one turn, of all work together, take some
 * milliseconds, and what is left waits for the next turn.
 */

import type { Sliced } from "@convene/cpu/kernels";

/** Milliseconds of a turn. A slice takes up to one more, and the copy of a layer's weights, which cannot wait, a few. */
const MOST = 3;

export interface Pacer {
  /** The first slice is done at once where this turn has time left. */
  complete<T>(work: Sliced<T>): Promise<T>;
}

export interface PacerOptions {
  /** In milliseconds. */
  readonly now: () => number;
  /** Resolves in another turn of the event loop, when all that was waiting for one has had it. */
  readonly nextTurn: () => Promise<void>;
}

export function createPacer(
  { now, nextTurn }: PacerOptions = { now: () => performance.now(), nextTurn: yieldTurn },
): Pacer {
  let turn: { readonly began: number; readonly over: Promise<void> } | undefined;
  const thisTurn = (): NonNullable<typeof turn> => {
    // One turn for whoever comes: what is over was over before anyone who waited for that goes on.
    turn ??= { began: now(), over: nextTurn().then(() => void (turn = undefined)) };
    return turn;
  };
  return {
    async complete(work) {
      for (;;) {
        const { began, over } = thisTurn();
        if (now() - began >= MOST) {
          await over;
          continue;
        }
        const { done, value } = work.next();
        if (done) return value;
      }
    },
  };
}

/** Node's setImmediate comes at once, and browsers', which have none, in a few milliseconds. */
function yieldTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
