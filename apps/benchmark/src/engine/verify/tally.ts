/** Counting how cases ended. */

import { type CaseOutcome, type CaseStatus, drawMismatch, type Finding, type Thrown } from "@convene/conformance";

/** What a backend is held to. */
export type Against = "the float64 reference" | "PyTorch's results" | "ONNX Runtime" | "each other";

export interface Check {
  /** `exact`, or `mobilenet-v1, agreement`. */
  readonly name: string;
  /** `undefined` where nothing is compared, as where a misuse must be refused. */
  readonly against: Against | undefined;
  /** Whether there is one right answer, and no bound. */
  readonly exact: boolean;
}

export interface Failure {
  readonly case: string;
  readonly message: string;
  /** The command that runs this again, alone. */
  readonly rerun: string;
  /** Where in the plane the wrong elements are, as a drawing; none where that says nothing. */
  readonly map?: readonly string[];
  /** Of an exception: the call of the backend that gave it, where that is known, and its stack. */
  readonly thrown?: Thrown;
}

/** One line of the report: a check on a backend, or on a pair of them. */
export interface TallyResult {
  readonly check: string;
  readonly backend: string;
  readonly against: Against | undefined;
  readonly exact: boolean;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound; `undefined` where none was measured. */
  readonly worstRatio: number | undefined;
  readonly milliseconds: number;
  readonly failures: readonly Failure[];
  readonly untrusted: readonly string[];
  readonly skipped: readonly { readonly case: string; readonly reason: string }[];
  /** What the failures have in common, the surest finding first. Left out where nothing was found. */
  readonly findings?: readonly Finding[];
}

export interface Tally {
  add(name: string, outcome: CaseOutcome, milliseconds: number, rerun: string): void;
  /** Takes note of what the failures have in common. */
  diagnose(findings: readonly Finding[]): void;
  result(): TallyResult;
}

export function tally({ name: check, against, exact }: Check, backend: string): Tally {
  const counts = { passed: 0, failed: 0, untrusted: 0, skipped: 0 };
  const failures: Failure[] = [];
  const untrusted: string[] = [];
  const skipped: { case: string; reason: string }[] = [];
  let worstRatio: number | undefined;
  let milliseconds = 0;
  let found: readonly Finding[] = [];
  return {
    add(name, { status, message = "", ratio, mismatch, thrown }, spent, rerun) {
      counts[status]++;
      milliseconds += spent;
      if (ratio !== undefined) worstRatio = Math.max(worstRatio ?? 0, ratio);
      if (status === "failed") {
        const map = mismatch ? drawMismatch(mismatch) : [];
        // Of a plane that is all of one kind there is nothing to see.
        const telling = new Set(map.join("")).size > 1;
        failures.push({ case: name, message, rerun, ...(telling ? { map } : {}), ...(thrown ? { thrown } : {}) });
      }
      if (status === "untrusted") untrusted.push(name);
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

/** The tallies of a whole run, in the order in which they were begun. */
export interface Tallies {
  /** The tally of a check on a backend, or on a pair of them; begun where there is none yet. */
  of(check: Check, backend: string): Tally;
  /** What there is so far. */
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
