/** Counts the outcomes of cases. */

import type { CaseOutcome, CaseStatus, FailureHistory, Finding } from "@convene/conformance";

/** The source of the right results. */
export type Against = "the float64 reference" | "PyTorch's results" | "ONNX Runtime" | "each other";

export interface Check {
  /** The name of the check: `exact`, or `mobilenet-v1, agreement`. */
  readonly name: string;
  /** The source of the right results, or `undefined` if nothing is compared, for example if a misuse must be refused. */
  readonly against: Against | undefined;
  /** Whether there is exactly one right result, and no bound. */
  readonly exact: boolean;
}

/** The outcome of a failed case, and the command that runs the case again. */
export interface Failure extends Omit<CaseOutcome, "status" | "message">, FailureHistory {
  readonly case: string;
  readonly message: string;
  readonly rerun: string;
}

/** A case that was not decided, and the reason. */
export interface Doubt {
  readonly case: string;
  readonly reason: string;
}

/** One line of the report: a check on a backend, or on a pair of backends. */
export interface TallyResult {
  readonly check: string;
  readonly backend: string;
  readonly against: Against | undefined;
  readonly exact: boolean;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound, or `undefined` if none was measured. */
  readonly worstRatio: number | undefined;
  readonly milliseconds: number;
  readonly failures: readonly Failure[];
  readonly untrusted: readonly Doubt[];
  readonly skipped: readonly Doubt[];
  /** The common properties of the failures, the surest finding first. Left out if there is no finding. */
  readonly findings?: readonly Finding[];
}

export interface Tally {
  add(name: string, outcome: CaseOutcome & FailureHistory, milliseconds: number, rerun: string): void;
  /** Notes the common properties of the failures. */
  diagnose(findings: readonly Finding[]): void;
  result(): TallyResult;
}

export function tally({ name: check, against, exact }: Check, backend: string): Tally {
  const counts = { passed: 0, failed: 0, untrusted: 0, skipped: 0 };
  const failures: Failure[] = [];
  const untrusted: Doubt[] = [];
  const skipped: Doubt[] = [];
  let worstRatio: number | undefined;
  let milliseconds = 0;
  let found: readonly Finding[] = [];
  return {
    add(name, { status, message = "", ...outcome }, spent, rerun) {
      counts[status]++;
      milliseconds += spent;
      if (outcome.ratio !== undefined) worstRatio = Math.max(worstRatio ?? 0, outcome.ratio);
      if (status === "failed") failures.push({ case: name, message, rerun, ...outcome });
      if (status === "untrusted") untrusted.push({ case: name, reason: message });
      if (status === "skipped") skipped.push({ case: name, reason: message });
    },
    diagnose: (findings) => {
      found = findings;
    },
    result: () => ({
      check,
      backend,
      against,
      exact,
      counts,
      worstRatio,
      milliseconds,
      failures,
      untrusted,
      skipped,
      ...(found.length > 0 ? { findings: found } : {}),
    }),
  };
}

/** The tallies of a whole run, in the order in which they were made. */
export interface Tallies {
  /** The tally of a check on a backend, or on a pair of backends. The first call makes the tally. */
  of(check: Check, backend: string): Tally;
  /** The results so far. */
  results(): readonly TallyResult[];
}

export function createTallies(): Tallies {
  const begun = new Map<string, Tally>();
  return {
    of(check, backend) {
      const key = `${check.name} on ${backend}`;
      const found = begun.get(key) ?? tally(check, backend);
      begun.set(key, found);
      return found;
    },
    results: () => [...begun.values()].map((each) => each.result()),
  };
}
