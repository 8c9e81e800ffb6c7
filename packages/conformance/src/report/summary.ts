/** The counts of every form of report: for each suite, and for each reason of a skip. */

import type { CaseOutcome, CaseStatus } from "../case.js";
import type { CaseResult } from "../run-conformance.js";
import type { SuiteName } from "../suite-names.js";

/** Additional content of a report. */
export interface ReportDetails {
  /** The command that repeats the failure of a case. */
  readonly rerun?: (result: CaseResult) => string;
  /** Why the run ended before its last case. Left out if the run is complete. */
  readonly stopped?: string;
  /** The number of cases that the run should have had. Default: the number of its results. */
  readonly planned?: number;
}

export interface SuiteSummary {
  readonly suite: SuiteName;
  readonly cases: number;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound, or `undefined` if no case has a bound. */
  readonly worstRatio: number | undefined;
  readonly milliseconds: number;
}

/** The suites that have results, in the order in which they ran. */
export function summarizeSuites(results: readonly CaseResult[]): readonly SuiteSummary[] {
  return [...new Set(results.map(({ suite }) => suite))].map((suite) => {
    const own = results.filter((result) => result.suite === suite);
    const ratios = own.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return {
      suite,
      cases: own.length,
      counts: countStatuses(own),
      worstRatio: ratios.length > 0 ? ratios.reduce((a, b) => Math.max(a, b)) : undefined,
      milliseconds: own.reduce((total, { milliseconds }) => total + milliseconds, 0),
    };
  });
}

export function countStatuses(results: readonly CaseResult[]): Readonly<Record<CaseStatus, number>> {
  const counts = { passed: 0, failed: 0, untrusted: 0, skipped: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

export interface Reason {
  readonly reason: string;
  readonly names: readonly string[];
}

/**
 * The reasons for a status, each with the cases that it holds for, the most frequent first.
 *
 * @param ofWhat the suite of a case, or its check and its backend
 */
export function reasonsFor<T extends CaseOutcome & { readonly name: string }>(
  status: CaseStatus,
  results: readonly T[],
  ofWhat: (result: T) => string,
): readonly Reason[] {
  const byReason = new Map<string, string[]>();
  for (const result of results) {
    if (result.status !== status) continue;
    const reason = result.message ?? "no reason given";
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${ofWhat(result)} ${result.name}`]);
  }
  return [...byReason].map(([reason, names]) => ({ reason, names })).sort((a, b) => b.names.length - a.names.length);
}
