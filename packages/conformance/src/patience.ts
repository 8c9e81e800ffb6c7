/**
 * How long cases may take once one has given no answer. A backend that hangs does so in many cases, each of which would else
 * take the whole limit before it is known.
 */

import type { CaseOutcome } from "./case.js";

/** Cases in a row that may give no answer, and cases in all, before a run stops. */
export const MOST_UNANSWERED_IN_A_ROW = 5;
export const MOST_UNANSWERED = 12;

/** After a case without an answer, the others get this part of their limit, or this many times the slowest that passed. */
const SHORTER = 1 / 10;
const TIMES_THE_SLOWEST = 10;
/** Milliseconds that a case gets at least of its limit: a busy machine keeps a quick one waiting. */
const LEAST = 1_000;

/** What the message begins with where a time has passed, a process was ended for that, or nothing is left that could answer. */
const UNANSWERED = /^no answer(,| within )/;

export interface Patience {
  /** Milliseconds that the next case gets of its own `limit`. */
  limit(limit: number): number;
  /** Takes note of a case that has ended. */
  note(outcome: CaseOutcome & { readonly milliseconds: number }): void;
  /** Why the run should stop; `undefined`: it should not. */
  stopped(): string | undefined;
}

/** One for each run. */
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
