/**
 * Finds out whether a failure is the case's own. A failed case runs again, alone, on a new backend. If the case passes there, the
 * failure needs something that ran before, and this file searches for one earlier case that brings the failure back.
 */

import type { Backend } from "@convene/core";
import type { CaseContext, ConformanceCase, FailureHistory } from "./case.js";
import { textOf } from "./problem.js";
import { runCase, settle } from "./run-case.js";
import { withTimeLimit } from "./time-limit.js";

/** The most failures of a suite that run again. The command prints these completely. A broken backend has thousands. */
export const MOST_RECHECKED = 10;
/** The most earlier cases that are tried for one failure, one at a time. */
const MOST_TRIES = 20;
/** Milliseconds after which no other case is tried for this failure. */
const SEARCH_TIME = 5_000;
/** Milliseconds for all rechecks of a suite. Afterwards no failure of the suite runs again. */
export const RECHECK_TIME = 20_000;

export interface RecheckOptions {
  readonly factory: () => Promise<Backend>;
  readonly accuracy: CaseContext["accuracy"];
  readonly seed: number;
  readonly limit: number;
  readonly signal?: { throwIfAborted(): void } | undefined;
}

/**
 * Finds out whether a failed case depends on the cases that ran `before` it on its backend. `onTry` is called before each try, with
 * the most milliseconds that the try may take.
 */
export type Recheck = (
  each: ConformanceCase,
  before: readonly ConformanceCase[],
  onTry?: (milliseconds: number) => void,
) => Promise<FailureHistory>;

/** Makes the recheck of one run. It counts its tries for each suite. */
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

/** Earlier cases, the likeliest first: cases that another failure needed, then cases of the same problem, then the latest cases. */
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

/** Whether the last of `cases` fails after the others, on a new backend, or `undefined` if this cannot be found out. */
async function fails(
  cases: readonly ConformanceCase[],
  { factory, accuracy, seed, limit }: RecheckOptions,
  onTry: ((milliseconds: number) => void) | undefined,
): Promise<boolean | undefined> {
  // The time to make the backend, to run each case, to check the backend after each case, and to dispose it.
  onTry?.(cases.reduce((total, each) => total + (each.limit ?? limit) + 2 * limit, 2 * limit));
  // Without this pause a synchronous backend would block the event loop until all cases were tried.
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
      // In the original run, the next case had another backend then.
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
