/** Finds the causes that give exactly the backend's values, and assigns each trial to a cause. */

import type { Problem } from "@convene/core";
import type { Operands } from "../operands.js";
import type { OperationOperands } from "../operations/operation-operands.js";
import type { Trial } from "./trial.js";

/** A cause that can be compared with a trial. */
export interface Hypothesis<T extends Trial> {
  readonly words: string;
  /** Whether the cause explains every wrong element of the trial. */
  readonly explains: (trial: T) => boolean;
  /**
   * Whether the cause affects a problem, but its result is still right, for example because every sum is clamped to the same
   * bound. Left out if the cause says nothing about right results.
   */
  readonly isHidden?: (given: Pick<T, "problem" | "operands" | "expected">) => boolean;
}

export interface Explanation<T extends Trial> {
  /** The hypotheses that explain the same trials, and more trials than any other. */
  readonly hypotheses: readonly Hypothesis<T>[];
  readonly trials: readonly T[];
}

/** A cause may explain one trial by chance, so it must explain at least this many. */
const LEAST_TRIALS = 2;

/** Greedily: the hypothesis that explains most of the wrong trials, then the one that explains most of the rest. */
export function explain<T extends Trial>(
  trials: readonly T[],
  hypotheses: readonly Hypothesis<T>[],
): { readonly explanations: readonly Explanation<T>[]; readonly left: readonly T[] } {
  const explained = hypotheses.map((hypothesis) => ({
    hypothesis,
    trials: new Set(trials.filter((trial) => isExplained(hypothesis, trial))),
  }));
  const explanations: Explanation<T>[] = [];
  let left = trials;
  for (;;) {
    const least = Math.min(LEAST_TRIALS, left.length);
    const counted = explained.map(({ hypothesis, trials: own }) => ({
      hypothesis,
      own,
      count: left.filter((trial) => own.has(trial)).length,
    }));
    const most = Math.max(0, ...counted.map(({ count }) => count));
    if (most === 0 || most < least) return { explanations, left };
    const best = counted.filter(({ count }) => count === most);
    const [first] = best;
    const own = left.filter((trial) => first!.own.has(trial));
    // Several hypotheses may explain the same number of trials. Keep those that explain exactly the same trials.
    const alike = best.filter((each) => own.every((trial) => each.own.has(trial)));
    explanations.push({ hypotheses: alike.map(({ hypothesis }) => hypothesis), trials: own });
    left = left.filter((trial) => !first!.own.has(trial));
  }
}

function isExplained<T extends Trial>({ explains }: Hypothesis<T>, trial: T): boolean {
  try {
    return explains(trial);
  } catch {
    // The data that the cause would read do not exist, so this is not the cause.
    return false;
  }
}

/** A cause that computes a result, as a hypothesis: all wrong elements equal this result. */
export function computed<P extends Problem, Given extends Operands | OperationOperands>(
  {
    words,
    compute,
  }: { readonly words: string; readonly compute: (problem: P, operands: Given) => ArrayLike<number> | undefined },
  isSame: (actual: number, computed: number) => boolean,
): Hypothesis<Trial<P, Given>> {
  return {
    words,
    explains: ({ problem, operands, actual, wrong }) => {
      const values = compute(problem, operands);
      return values !== undefined && wrong.every((at) => isSame(actual[at]!, values[at]!));
    },
    isHidden: ({ problem, operands, expected }) => {
      const values = compute(problem, operands);
      return values !== undefined && expected.every((right, at) => isSame(values[at]!, right));
    },
  };
}
