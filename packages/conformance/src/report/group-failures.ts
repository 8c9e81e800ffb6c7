/** Groups failures that say the same, because a broken backend has hundreds of them. */

import type { CaseOutcome } from "../case.js";

/** Failed cases of one suite, or of one check on a backend, that say the same. */
export interface FailureGroup<T> {
  readonly of: string;
  readonly failures: readonly T[];
}

/**
 * Groups failures by the suite of their cases, in the order of the results. Within a suite, failures with a message
 * come first. Wrong elements come last, because they say least about the cause.
 *
 * @param ofWhat the suite of a case, or its check and its backend
 */
export function groupFailures<T extends CaseOutcome>(
  results: readonly T[],
  ofWhat: (result: T) => string,
): readonly FailureGroup<T>[] {
  const groups = new Map<string, { of: string; failures: T[] }>();
  for (const result of results) {
    if (result.status !== "failed") continue;
    const of = ofWhat(result);
    const key = `${of}\n${kindOf(result)}`;
    const group = groups.get(key) ?? { of, failures: [] };
    group.failures.push(result);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const isElements = ({ failures }: FailureGroup<T>): number => (failures[0]!.mismatch ? 1 : 0);
  return [...new Set(results.map(ofWhat))].flatMap((of) =>
    all.filter((group) => group.of === of).sort((a, b) => isElements(a) - isElements(b)),
  );
}

/** The key of a group: the words of the message, without numbers and without the problem. */
function kindOf({ message = "", mismatch }: CaseOutcome): string {
  if (mismatch) return Number.isNaN(mismatch.actual) ? "elements are NaN" : "elements are wrong";
  return message
    .split("\n")[0]!
    .replace(/\b[a-zA-Z0-9]+(_[a-zA-Z0-9.:-]+)+/g, "<problem>")
    .replace(/-?\d[\d,.]*(e[+-]?\d+)?/g, "#");
}
