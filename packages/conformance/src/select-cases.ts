/** Selects the cases of a run: the cases of the named suites, selected by name, by problem, or as the quick selection. */

import { isOperationProblem, type Problem } from "@convene/core";
import type { ConformanceCase } from "./case.js";
import { againstReference } from "./cases/against-reference.js";
import { operationsAgainstReference } from "./cases/operations-against-reference.js";
import { problemOf, textOf } from "./problem.js";
import { QUICK_SUITES, SUITE_NAMES, type SuiteName, type SuiteOptions } from "./suite-names.js";
import { conformanceCases } from "./suites.js";

/** Selects cases of the suite. A case must meet all conditions that are given. */
export interface CaseSelection extends SuiteOptions {
  /** Names of suites. Default: all suites; for the quick selection all but `goldens`. */
  readonly suites?: readonly SuiteName[];
  /** Only the cases of this name, or, if no case has this name, those whose name contains it. A list selects the cases of all its names. */
  readonly only?: string | readonly string[];
  /**
   * Only the cases about this problem, in the notation of `parseProblem` or `parseOperation`. If the suite does not have the problem, it is
   * added: a convolution to `exact` and `bounded`, another operation to `operations`. So any problem can be tried.
   */
  readonly problem?: string;
  /**
   * `"quick"` selects cases that find nearly all faults in a small part of the time. This selection has no random
   * problems, unless their number is given. Default `"full"`.
   */
  readonly selection?: "quick" | "full";
}

const KINDS = { exact: "integer", bounded: "real" } as const;

export async function selectCases(options: CaseSelection): Promise<readonly ConformanceCase[]> {
  const { only = "", problem, selection = "full" } = options;
  const isQuick = selection === "quick";
  const { suites = isQuick ? QUICK_SUITES : SUITE_NAMES, randomProblems = isQuick ? 0 : undefined } = options;
  const made = await conformanceCases(suites, {
    ...options,
    ...(randomProblems === undefined ? {} : { randomProblems }),
  });
  const all = made.filter(({ quick = true }) => !isQuick || quick);
  const about = problem === undefined ? all : aboutProblem(all, problemOf(problem), suites);
  const chosen = new Set((typeof only === "string" ? [only] : only).flatMap((text) => namedBy(about, text)));
  return about.filter((each) => chosen.has(each));
}

function namedBy(cases: readonly ConformanceCase[], text: string): readonly ConformanceCase[] {
  // A complete name is tried first, because a problem's string is often the beginning of another string.
  const named = cases.filter(({ name }) => name === text);
  return named.length > 0 ? named : cases.filter(({ name }) => name.includes(text));
}

function aboutProblem(
  all: readonly ConformanceCase[],
  problem: Problem,
  suites: readonly SuiteName[],
): readonly ConformanceCase[] {
  const text = textOf(problem);
  const found = all.filter(({ problems = [] }) => problems.some((each) => textOf(each) === text));
  if (isOperationProblem(problem)) {
    const isThere = found.some(({ name }) => name === text);
    return [...(isThere || !suites.includes("operations") ? [] : operationsAgainstReference([problem])), ...found];
  }
  const added = (["exact", "bounded"] as const)
    .filter((suite) => suites.includes(suite) && !found.some((each) => each.suite === suite))
    .flatMap((suite) => againstReference(suite, KINDS[suite], [problem]));
  return [...added, ...found];
}
