/** What a run has shown of single problems: the cases that a diagnosis compares with one another. */

import { type Conv2dProblem, isOperationProblem, type OperationProblem, type Problem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { outputShapeOf, textOf } from "../problem.js";
import type { CaseResult } from "../run-conformance.js";

export interface Observation<P extends Problem = Problem> {
  readonly problem: P;
  readonly text: string;
  readonly suite: CaseResult["suite"];
  /** Of operands: all else that a case's name says is about them. Empty for plain ones. */
  readonly about: string;
  readonly failed: boolean;
  readonly result: CaseResult;
}

/** Suites whose cases are one problem and nothing else. */
const SUITES: ReadonlySet<string> = new Set(["exact", "bounded", "goldens", "operations"]);

export function observe(cases: readonly ConformanceCase[], results: readonly CaseResult[]): readonly Observation[] {
  const known = new Map(cases.map((each) => [`${each.suite}\n${each.name}`, each] as const));
  return results.flatMap((result) => {
    const [problem, ...others] = known.get(`${result.suite}\n${result.name}`)?.problems ?? [];
    if (!problem || others.length > 0 || !SUITES.has(result.suite) || result.status === "skipped") return [];
    const text = textOf(problem);
    const about = result.name.startsWith(text) ? result.name.slice(text.length).replace(/^[:,]? */, "") : result.name;
    return [{ problem, text, suite: result.suite, about, failed: result.status === "failed", result }];
  });
}

export function isConv2d(observation: Observation): observation is Observation<Conv2dProblem> {
  return !isOperationProblem(observation.problem);
}

export function isOperation(observation: Observation): observation is Observation<OperationProblem> {
  return isOperationProblem(observation.problem);
}

/** One for each problem: it has failed if it failed in any of them. The smallest first. */
export function byProblem<P extends Problem>(observations: readonly Observation<P>[]): readonly Observation<P>[] {
  const found = new Map<string, Observation<P>>();
  for (const each of observations) {
    const other = found.get(each.text);
    if (!other || (each.failed && !other.failed)) found.set(each.text, each);
  }
  return [...found.values()].sort((a, b) => costOf(a.problem) - costOf(b.problem) || (a.text < b.text ? -1 : 1));
}

/** About how much there is to compute. */
export function costOf(problem: Problem): number {
  const elements = outputShapeOf(problem).reduce((product, each) => product * each, 1);
  return "kind" in problem ? elements : elements * (problem.ic / problem.g) * problem.kh * problem.kw;
}
