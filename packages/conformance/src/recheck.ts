/**
 * Whether a failure is the case's own. A failed case runs again, alone, on a new backend; where it passes there, it took
 * something that ran before, and the shortest history that brings it back is looked for: one earlier case.
 */

import type { Backend } from "@convene/core";
import type { CaseContext, ConformanceCase, FailureHistory } from "./case.js";
import { textOf } from "./problem.js";
import { runCase, settle } from "./run-case.js";
import { withTimeLimit } from "./time-limit.js";

/** So many failures of a suite are tried again: those that the command prints whole. A broken backend has thousands. */
export const MOST_RECHECKED = 10;
/** Earlier cases that are tried, each by itself, for one failure. */
const MOST_TRIES = 20;
/** Milliseconds after which no other is tried for this failure. */
const SEARCH_TIME = 5_000;
/** Milliseconds of a suite after which no failure of it is tried again. */
export const RECHECK_TIME = 20_000;

export interface RecheckOptions {
  readonly factory: () => Promise<Backend>;
  readonly accuracy: CaseContext["accuracy"];
  readonly seed: number;
  readonly limit: number;
  readonly signal?: { throwIfAborted(): void } | undefined;
}

/**
 * What a failed case owes to those that ran `before` it on its backend. `onTry` is called before each try, with the
 * milliseconds that it may take at most.
 */
export type Recheck = (
  each: ConformanceCase,
  before: readonly ConformanceCase[],
  onTry?: (milliseconds: number) => void,
) => Promise<FailureHistory>;

/** Counts what it does for each suite, so that there is one of it for a run. */
export function createRecheck(options: RecheckOptions): Recheck {
  const spent = new Map<string, { failures: number; milliseconds: number; culprit: ConformanceCase | undefined }>();
  return async (each, before, onTry) => {
    const own = spent.get(each.suite) ?? { failures: 0, milliseconds: 0, culprit: undefined };
    spent.set(each.suite, own);
    if (own.failures >= MOST_RECHECKED || own.milliseconds >= RECHECK_TIME) return {};
    own.failures++;
    const start = performance.now();
    try {
      if ((await fails([each], options, onTry)) !== false) return {};
      const end = performance.now() + SEARCH_TIME;
      for (const earlier of candidates(each, before, own.culprit).slice(0, MOST_TRIES)) {
        if (performance.now() >= end || isAborted(options)) break;
        if ((await fails([earlier, each], options, onTry)) !== true) continue;
        own.culprit = earlier;
        return { alone: "passes", after: earlier.name };
      }
      return { alone: "passes" };
    } finally {
      own.milliseconds += performance.now() - start;
    }
  };
}

/** The likeliest first: what another failure took, then what runs the same problem, then what ran last. */
function candidates(
  { problems = [] }: ConformanceCase,
  before: readonly ConformanceCase[],
  culprit: ConformanceCase | undefined,
): readonly ConformanceCase[] {
  const own = new Set(problems.map(textOf));
  const newest = [...before].reverse();
  const alike = newest.filter((earlier) => (earlier.problems ?? []).some((problem) => own.has(textOf(problem))));
  return [...new Set([...newest.filter((earlier) => earlier === culprit), ...alike, ...newest])];
}

/** Whether the last of `cases` fails after the others, on a new backend; `undefined` where that cannot be told. */
async function fails(
  cases: readonly ConformanceCase[],
  { factory, accuracy, seed, limit }: RecheckOptions,
  onTry: ((milliseconds: number) => void) | undefined,
): Promise<boolean | undefined> {
  // Making the backend, each case and the look at the backend after it, and disposing of what was made.
  onTry?.(cases.reduce((total, each) => total + (each.limit ?? limit) + 2 * limit, 2 * limit));
  // A synchronous backend would else keep the event loop from turning until all is tried.
  await new Promise((resolve) => setTimeout(resolve));
  let backend: Backend;
  try {
    backend = await withTimeLimit(factory, limit);
  } catch {
    return undefined;
  }
  try {
    const context = { backend, accuracy, seed, another: factory };
    for (const [index, each] of cases.entries()) {
      const { outcome, broken, failed } = await runCase(each, context, each.limit ?? limit, false);
      if (index === cases.length - 1) return failed || (outcome.status === "failed" ? undefined : false);
      // In the run that is looked into, the next case had another backend then.
      if (broken) return undefined;
    }
    return undefined;
  } finally {
    await settle(backend, limit);
  }
}

function isAborted({ signal }: RecheckOptions): boolean {
  try {
    signal?.throwIfAborted();
    return false;
  } catch {
    return true;
  }
}
