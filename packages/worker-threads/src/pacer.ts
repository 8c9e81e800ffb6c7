/**
 * Does long work in slices, so that the event loop has its turns. In one turn the slices of all work together take some milliseconds. The other
 * slices wait for the next turn.
 */

import type { Sliced } from "@convene/cpu/kernels";

/**
 * Milliseconds of a turn. The last slice can make a turn 1 ms longer. The copy of a layer's weights, which cannot wait,
 * can make a turn a few milliseconds longer.
 */
const MOST = 3;

export interface Pacer {
  /** Does `work` in slices. The first slice runs at once if this turn has time left. */
  complete<T>(work: Sliced<T>): Promise<T>;
}

export interface PacerOptions {
  /** In milliseconds. */
  readonly now: () => number;
  /** Resolves in a later turn of the event loop, after everything that was waiting for a turn. */
  readonly nextTurn: () => Promise<void>;
}

export function createPacer(
  { now, nextTurn }: PacerOptions = { now: () => performance.now(), nextTurn: yieldTurn },
): Pacer {
  let turn: { readonly began: number; readonly over: Promise<void> } | undefined;
  const thisTurn = (): NonNullable<typeof turn> => {
    // All work shares one turn. `turn` is cleared before any work that waited for the next turn goes on.
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

/**
 * Waits for the next turn of the event loop. Node's `setImmediate` fires in the next turn. Browsers have no
 * `setImmediate`, and their timer fires after a few milliseconds.
 */
function yieldTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
