/**
 * Limits the time of cases after a case without an answer. A backend that hangs in one case hangs in many cases, and
 * without this limit each of them would take the whole time limit.
 */

import type { CaseOutcome } from "./case.js";

/** The number of unanswered cases, in a row and in total, after which a run stops. */
export const MOST_UNANSWERED_IN_A_ROW = 5;
export const MOST_UNANSWERED = 12;

/** After a case without an answer, each other case gets this part of its limit, or this multiple of the time of the slowest passed case. */
const SHORTER = 1 / 10;
const TIMES_THE_SLOWEST = 10;
/** The least milliseconds of a case, because a quick case may have to wait on a busy machine. */
const LEAST = 1_000;

/** The beginnings of the message of a case without an answer: the time limit is over, or the process has ended. */
const UNANSWERED = /^no answer(,| within )/;

/** Decides how long the cases of a run may take, and when the run should stop. */
export interface Patience {
  /** Milliseconds that the next case may take; at most its own `limit`, in milliseconds. */
  limit(limit: number): number;
  /** Notes a case that has ended. */
  note(outcome: CaseOutcome & { readonly milliseconds: number }): void;
  /** The reason why the run should stop; undefined if it should go on. */
  stopped(): string | undefined;
}

/** A `Patience` for one run. */
export function createPatience(): Patience {
  let [total, inARow, slowest] = [0, 0, 0];
  let stopped: string | undefined;
  return {
    limit: (limit) =>
      total === 0 ? limit : Math.min(limit, Math.max(LEAST, limit * SHORTER, TIMES_THE_SLOWEST * slowest)),
    note({ status, message: told = "", milliseconds }) {
      if (status === "passed") slowest = Math.max(slowest, milliseconds);
      if (status === "failed" && UNANSWERED.test(told)) {
        total++;
        inARow++;
        if (inARow >= MOST_UNANSWERED_IN_A_ROW) stopped ??= `${inARow} cases in a row gave no answer (${told})`;
        else if (total >= MOST_UNANSWERED) stopped ??= `${total} cases gave no answer (${told})`;
      } else {
        inARow = 0;
      }
    },
    stopped: () => stopped,
  };
}
