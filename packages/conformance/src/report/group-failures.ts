/** Failures that say the same, as one group: a broken backend has hundreds of them. */

import type { CaseResult } from "../run-conformance.js";

export interface FailureGroup {
  readonly suite: CaseResult["suite"];
  readonly failures: readonly CaseResult[];
}

/**
 * By suite, in the order of the results. Within a suite, what was thrown or said in words comes first, and wrong elements, which
 * say least of their cause, come last.
 */
export function groupFailures(results: readonly CaseResult[]): readonly FailureGroup[] {
  const groups = new Map<string, { suite: CaseResult["suite"]; failures: CaseResult[] }>();
  for (const result of results) {
    if (result.status !== "failed") continue;
    const key = `${result.suite}\n${kindOf(result)}`;
    const group = groups.get(key) ?? { suite: result.suite, failures: [] };
    group.failures.push(result);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const isElements = ({ failures }: FailureGroup): number => (failures[0]!.mismatch ? 1 : 0);
  return suites.flatMap((suite) =>
    all.filter((group) => group.suite === suite).sort((a, b) => isElements(a) - isElements(b)),
  );
}

/** What two failures that say the same have in common: the words, without the numbers and the problem. */
function kindOf({ message = "", mismatch }: CaseResult): string {
  if (mismatch) return Number.isNaN(mismatch.actual) ? "elements are NaN" : "elements are wrong";
  return message
    .split("\n")[0]!
    .replace(/\b[a-zA-Z0-9]+(_[a-zA-Z0-9.:-]+)+/g, "<problem>")
    .replace(/-?\d[\d,.]*(e[+-]?\d+)?/g, "#");
}
