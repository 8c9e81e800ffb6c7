/** Counting how cases ended. */

import type { CaseOutcome, CaseStatus } from "@convene/conformance";

export interface Failure {
  readonly case: string;
  readonly message: string;
  /** The command that runs this again, alone. */
  readonly rerun: string;
}

/** One line of the report: a check on a backend, or on a pair of them. */
export interface TallyResult {
  readonly check: string;
  readonly backend: string;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound; `undefined` where the check has none. */
  readonly worstRatio: number | undefined;
  readonly milliseconds: number;
  readonly failures: readonly Failure[];
  readonly untrusted: readonly string[];
  readonly skipped: readonly { readonly case: string; readonly reason: string }[];
}

export interface Tally {
  add(name: string, outcome: CaseOutcome, milliseconds: number, rerun: string): void;
  result(): TallyResult;
}

export function tally(check: string, backend: string): Tally {
  const counts = { passed: 0, failed: 0, untrusted: 0, skipped: 0 };
  const failures: Failure[] = [];
  const untrusted: string[] = [];
  const skipped: { case: string; reason: string }[] = [];
  let worstRatio: number | undefined;
  let milliseconds = 0;
  return {
    add(name, { status, message = "", ratio }, spent, rerun) {
      counts[status]++;
      milliseconds += spent;
      if (ratio !== undefined) worstRatio = Math.max(worstRatio ?? 0, ratio);
      if (status === "failed") failures.push({ case: name, message, rerun });
      if (status === "untrusted") untrusted.push(name);
      if (status === "skipped") skipped.push({ case: name, reason: message });
    },
    result: () => ({ check, backend, counts, worstRatio, milliseconds, failures, untrusted, skipped }),
  };
}
