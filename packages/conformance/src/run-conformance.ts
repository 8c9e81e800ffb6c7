/** The engine: runs cases on a backend and reports. It needs no test runner. */

import { type Backend, ConveneError } from "@convene/core";
import { checkInteger, checkKeys, checkOneOf } from "@convene/core/backend";
import type { CaseOutcome, CaseStatus, ConformanceCase, FailureHistory } from "./case.js";
import { diagnose } from "./diagnosis/diagnose.js";
import type { Diagnosis } from "./diagnosis/diagnosis.js";
import { createPatience } from "./patience.js";
import { problemOf } from "./problem.js";
import { createRecheck } from "./recheck.js";
import { DEFAULT_SEED } from "./random-source.js";
import { DEFAULT_LIMIT, runCase, settle } from "./run-case.js";
import { type CaseSelection, selectCases } from "./select-cases.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";
import { withTimeLimit } from "./time-limit.js";

/** The outcome of one case, and how long it took, in milliseconds. */
export interface CaseResult extends CaseOutcome, FailureHistory {
  readonly suite: SuiteName;
  readonly name: string;
  readonly milliseconds: number;
}

/** The result of a run of the suite on one backend. */
export interface ConformanceReport {
  readonly backend: string;
  readonly device: string;
  readonly accuracy: "fast" | "strict";
  readonly seed: number;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound over all cases that have a bound. */
  readonly worstRatio: number;
  /** Why the run ended before its last case: too many cases gave no answer. Left out: every case ran. */
  readonly stopped?: string;
  /** The diagnosis of the failures. Left out if nothing failed, or if `diagnose` was false. */
  readonly diagnosis?: Diagnosis;
  readonly results: readonly CaseResult[];
}

/** Options of `runConformance`: which cases, and how they are run. */
export interface ConformanceOptions extends CaseSelection {
  /** The number of selected cases to leave out at the start, to continue a run that was cut off. Default 0. */
  readonly from?: number;
  /** How plans are prepared. Default `"fast"`. */
  readonly accuracy?: "fast" | "strict";
  /** Whether a case that would be skipped counts as failed. Default false. */
  readonly noSkips?: boolean;
  /** Milliseconds that a case may take. Default 20,000. */
  readonly limit?: number;
  /** Called after each case. */
  readonly onCase?: (result: CaseResult, done: number, total: number) => void;
  /** Called before each case. */
  readonly onBegin?: (suite: SuiteName, name: string) => void;
  /**
   * Called before each try to repeat a failure on a new backend, with the result so far and with the milliseconds that the try may take at
   * most.
   */
  readonly onRecheck?: (result: CaseResult, milliseconds: number) => void;
  /**
   * Whether the causes of failures are searched for at the end, which takes some seconds more: see `Diagnosis`. Without
   * a factory the search runs no new cases. Default true.
   */
  readonly diagnose?: boolean;
  /** Stops between cases; the promise then rejects with the signal's reason. */
  readonly signal?: { throwIfAborted(): void };
}

/**
 * Runs the suites on a backend, or on backends that a factory makes. A case that throws, or takes too long, has failed, and the next case
 * runs all the same.
 *
 * The factory makes a backend for each suite, and another one after a case that has broken its backend. With a factory the first few
 * failures of a suite also run again, alone, on a new backend. A case that passes there has still failed. Its result says so, and names
 * the earlier case without which it passes, if that case was found.
 *
 * @example
 * const report = await runConformance(() => cpu());
 * report.counts.failed === 0
 * @throws ConveneError `ERR_INVALID_OPTION` for a wrong option; otherwise the error of the factory, or the signal's reason
 */
export async function runConformance(
  source: Backend | (() => Promise<Backend>),
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  checkOptions(options);
  return runCases(await selectCases(options), source, options);
}

/** Runs the cases that `options` select, as `runConformance` does. */
export async function runCases(
  selected: readonly ConformanceCase[],
  source: Backend | (() => Promise<Backend>),
  options: ConformanceOptions,
): Promise<ConformanceReport> {
  const { seed = DEFAULT_SEED, accuracy = "fast", limit = DEFAULT_LIMIT } = options;
  const { from = 0, noSkips = false, diagnose: isDiagnosed = true, onCase, onBegin, onRecheck, signal } = options;
  const cases = selected.slice(from);
  const factory = typeof source === "function" ? source : undefined;
  let backend = typeof source === "function" ? await withTimeLimit(source, limit) : source;
  const { name: backendName, device } = backend;
  const results: CaseResult[] = [];
  const patience = createPatience();
  const breathe = breather();
  const recheck = factory && createRecheck({ factory, accuracy, seed, limit, signal });
  /** The cases that ran on this backend. With a factory all of them are of one suite. */
  let before: ConformanceCase[] = [];
  const renew = async (make: () => Promise<Backend>): Promise<void> => {
    await settle(backend, limit);
    backend = await withTimeLimit(make, limit);
    before = [];
  };
  try {
    for (const each of cases) {
      await breathe();
      signal?.throwIfAborted();
      if (factory && before.length > 0 && before[0]!.suite !== each.suite) await renew(factory);
      onBegin?.(each.suite, each.name);
      const start = performance.now();
      const context = { backend, accuracy, seed, another: factory };
      const { outcome, broken, failed } = await runCase(each, context, patience.limit(each.limit ?? limit), noSkips);
      const known: CaseResult = {
        suite: each.suite,
        name: each.name,
        ...outcome,
        milliseconds: performance.now() - start,
      };
      const history = failed && (await recheck?.(each, before, (milliseconds) => onRecheck?.(known, milliseconds)));
      const result = { ...known, ...history };
      results.push(result);
      patience.note(result);
      onCase?.(result, results.length, cases.length);
      before.push(each);
      if (patience.stopped() !== undefined) break;
      if (broken && factory) await renew(factory);
    }
  } finally {
    if (factory) await settle(backend, limit);
  }
  const count = (status: CaseStatus): number => results.filter((result) => result.status === status).length;
  const diagnosis = isDiagnosed && (await diagnose({ cases, results, factory, accuracy, seed, signal }));
  const stopped = results.length < cases.length ? patience.stopped() : undefined;
  return {
    backend: backendName,
    device,
    accuracy,
    seed,
    counts: {
      passed: count("passed"),
      failed: count("failed"),
      untrusted: count("untrusted"),
      skipped: count("skipped"),
    },
    worstRatio: results.reduce((worst, { ratio = 0 }) => Math.max(worst, ratio), 0),
    ...(stopped === undefined ? {} : { stopped }),
    ...(diagnosis && diagnosis.findings.length > 0 ? { diagnosis } : {}),
    results,
  };
}

const KEYS = [
  "suites",
  "only",
  "problem",
  "selection",
  "from",
  "accuracy",
  "noSkips",
  "limit",
  "onCase",
  "onBegin",
  "onRecheck",
  "diagnose",
  "signal",
  "seed",
  "randomProblems",
] as const satisfies readonly (keyof ConformanceOptions)[];

/** Checks options. A wrong option must be an error, because a run with too few cases would pass. */
export function checkOptions(options: ConformanceOptions): void {
  checkKeys("conformance options", options, KEYS);
  const { suites, only, problem, from, seed, randomProblems, limit, selection, accuracy } = options;
  if (suites !== undefined) {
    if (!Array.isArray(suites)) throw new ConveneError("ERR_INVALID_OPTION", "suites must be an array");
    for (const suite of suites) checkOneOf("suite", suite, SUITE_NAMES);
  }
  if (Array.isArray(only) && only.length === 0) {
    throw new ConveneError("ERR_INVALID_OPTION", "only must be a string, or a list of at least one string");
  }
  if (problem !== undefined) problemOf(problem);
  if (from !== undefined) checkInteger("from", from, 0);
  if (seed !== undefined) checkInteger("seed", seed, 0, 2 ** 32 - 1);
  if (randomProblems !== undefined) checkInteger("randomProblems", randomProblems, 0);
  if (limit !== undefined) checkInteger("limit", limit, 1);
  if (selection !== undefined) checkOneOf("selection", selection, ["quick", "full"]);
  if (accuracy !== undefined) checkOneOf("accuracy", accuracy, ["fast", "strict"]);
}

/** Lets the event loop turn from time to time. A synchronous backend never does, so no signal could fire otherwise. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 50) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
