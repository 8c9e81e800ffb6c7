/** The results of a run for single problems. A diagnosis compares these with one another. */

import { type Conv2dProblem, isOperationProblem, type OperationProblem, type Problem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { outputShapeOf, textOf } from "../problem.js";
import type { CaseResult } from "../run-conformance.js";

export interface Observation<P extends Problem = Problem> {
  readonly problem: P;
  readonly text: string;
  readonly suite: CaseResult["suite"];
  /** The part of a case's name that is about operands. Empty for plain operands. */
  readonly about: string;
  readonly failed: boolean;
  readonly result: CaseResult;
}

/** Suites whose cases have one problem each. */
const SUITES: ReadonlySet<string> = new Set(["exact", "bounded", "goldens", "known-faults", "operations"]);

export function observe(cases: readonly ConformanceCase[], results: readonly CaseResult[]): readonly Observation[] {
  const known = new Map(cases.map((each) => [`${each.suite}\n${each.name}`, each] as const));
  return results.flatMap((result): Observation[] => {
    const problems = known.get(`${result.suite}\n${result.name}`)?.problems ?? [];
    const { suite, name, status, message = "" } = result;
    if (!SUITES.has(suite) || status === "skipped") return [];
    const failed = status === "failed";
    if (suite === "known-faults") {
      // A case may have several problems, one after the other. Its failure names the problem that ended the case.
      const told = problems.filter((problem) => !failed || message.includes(` in ${textOf(problem)}`));
      return told.slice(0, failed ? 1 : undefined).map((problem) => ({
        problem,
        text: textOf(problem),
        suite,
        about: "",
        failed,
        result,
      }));
    }
    const [problem, ...others] = problems;
    if (!problem || others.length > 0) return [];
    const text = textOf(problem);
    const about = name.startsWith(text) ? name.slice(text.length).replace(/^[:,]? */, "") : name;
    return [{ problem, text, suite, about, failed, result }];
  });
}

export function isConv2d(observation: Observation): observation is Observation<Conv2dProblem> {
  return !isOperationProblem(observation.problem);
}

export function isOperation(observation: Observation): observation is Observation<OperationProblem> {
  return isOperationProblem(observation.problem);
}

/** One observation for each problem, the smallest problem first. A problem has failed if it failed in any case. */
export function byProblem<P extends Problem>(observations: readonly Observation<P>[]): readonly Observation<P>[] {
  const found = new Map<string, Observation<P>>();
  for (const each of observations) {
    const other = found.get(each.text);
    if (!other || (each.failed && !other.failed)) found.set(each.text, each);
  }
  return [...found.values()].sort((a, b) => costOf(a.problem) - costOf(b.problem) || (a.text < b.text ? -1 : 1));
}

/** The approximate cost of computing a problem. */
export function costOf(problem: Problem): number {
  const elements = outputShapeOf(problem).reduce((product, each) => product * each, 1);
  return "kind" in problem ? elements : elements * (problem.ic / problem.g) * problem.kh * problem.kw;
}
