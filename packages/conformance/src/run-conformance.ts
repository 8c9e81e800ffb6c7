/** The engine: runs cases on a backend and reports. It needs no test runner. */

import { type Backend, checkInteger, checkKeys, checkOneOf, ConveneError, parseProblem } from "@convene/core";
import type { CaseContext, CaseOutcome, CaseStatus, ConformanceCase } from "./case.js";
import { DEFAULT_SEED } from "./random-source.js";
import { type CaseSelection, selectCases } from "./select-cases.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";
import { TimeLimitError, withTimeLimit } from "./time-limit.js";

export interface CaseResult extends CaseOutcome {
  readonly suite: SuiteName;
  readonly name: string;
  readonly milliseconds: number;
}

export interface ConformanceReport {
  readonly backend: string;
  readonly device: string;
  readonly accuracy: "fast" | "strict";
  readonly seed: number;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound over all cases that have a bound. */
  readonly worstRatio: number;
  readonly results: readonly CaseResult[];
}

export interface ConformanceOptions extends CaseSelection {
  /** How many of the selected cases to leave out at the start: goes on where a run was cut off. Default 0. */
  readonly from?: number;
  /** What plans are prepared with. Default `"fast"`. */
  readonly accuracy?: "fast" | "strict";
  /** A case that would be skipped has failed. Default false. */
  readonly noSkips?: boolean;
  /** Milliseconds that a case may take. Default 20,000. */
  readonly limit?: number;
  /** Called after each case. */
  readonly onCase?: (result: CaseResult, done: number, total: number) => void;
  /** Called before each case. */
  readonly onBegin?: (suite: SuiteName, name: string) => void;
  /** Stops between cases; the promise then rejects with the signal's reason. */
  readonly signal?: { throwIfAborted(): void };
}

export const DEFAULT_LIMIT = 20_000;

/**
 * Runs the suites on a backend, or on what a factory makes. A case that throws, or takes too long, has failed, and the
 * next one runs all the same: where a case has broken the backend, a factory is asked for another.
 *
 * @example
 * const report = await runConformance(() => cpu());
 * report.counts.failed === 0
 */
export async function runConformance(
  source: Backend | (() => Promise<Backend>),
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  checkOptions(options);
  const { seed = DEFAULT_SEED, accuracy = "fast", limit = DEFAULT_LIMIT } = options;
  const { from = 0, onCase, onBegin, signal } = options;
  const cases = (await selectCases(options)).slice(from);
  const factory = typeof source === "function" ? source : undefined;
  let backend = typeof source === "function" ? await withTimeLimit(source, limit) : source;
  const { name: backendName, device } = backend;
  const results: CaseResult[] = [];
  const breathe = breather();
  try {
    for (const each of cases) {
      await breathe();
      signal?.throwIfAborted();
      onBegin?.(each.suite, each.name);
      const start = performance.now();
      const context = { backend, accuracy, seed, another: factory };
      const { outcome, broken } = await runCase(each, context, each.limit ?? limit, options.noSkips ?? false);
      const result: CaseResult = {
        suite: each.suite,
        name: each.name,
        ...outcome,
        milliseconds: performance.now() - start,
      };
      results.push(result);
      onCase?.(result, results.length, cases.length);
      if (broken && factory) {
        await settle(backend, limit);
        backend = await withTimeLimit(factory, limit);
      }
    }
  } finally {
    if (factory) await settle(backend, limit);
  }
  const count = (status: CaseStatus): number => results.filter((result) => result.status === status).length;
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
  "signal",
  "seed",
  "randomProblems",
] as const satisfies readonly (keyof ConformanceOptions)[];

/** A run with fewer cases than were meant would pass: a wrong option must not go unnoticed. */
export function checkOptions(options: ConformanceOptions): void {
  checkKeys("conformance options", options, KEYS);
  const { suites, problem, from, seed, randomProblems, limit, selection, accuracy } = options;
  if (suites !== undefined) {
    if (!Array.isArray(suites)) throw new ConveneError("ERR_INVALID_OPTION", "suites must be an array");
    for (const suite of suites) checkOneOf("suite", suite, SUITE_NAMES);
  }
  if (problem !== undefined) parseProblem(problem);
  if (from !== undefined) checkInteger("from", from, 0);
  if (seed !== undefined) checkInteger("seed", seed, 0, 2 ** 32 - 1);
  if (randomProblems !== undefined) checkInteger("randomProblems", randomProblems, 0);
  if (limit !== undefined) checkInteger("limit", limit, 1);
  if (selection !== undefined) checkOneOf("selection", selection, ["quick", "full"]);
  if (accuracy !== undefined) checkOneOf("accuracy", accuracy, ["fast", "strict"]);
}

/** One case, and whether the backend is of no more use after it. */
export async function runCase(
  each: ConformanceCase,
  context: Omit<CaseContext, "another"> & { readonly another: (() => Promise<Backend>) | undefined },
  limit: number,
  noSkips: boolean,
): Promise<{ readonly outcome: CaseOutcome; readonly broken: boolean }> {
  const reason = reasonToSkip(each, context.backend);
  if (reason !== undefined) {
    return { outcome: { status: noSkips ? "failed" : "skipped", message: reason }, broken: false };
  }
  const made: Backend[] = [];
  const another =
    context.another &&
    (async () => {
      const backend = await context.another!();
      made.push(backend);
      return backend;
    });
  try {
    const given = await withTimeLimit(async () => each.run({ ...context, another }), limit);
    // A case may find out only while it runs that it has nothing to do here.
    const outcome: CaseOutcome = given.status === "skipped" && noSkips ? { ...given, status: "failed" } : given;
    return { outcome, broken: outcome.status === "failed" && !(await works(context.backend, limit)) };
  } catch (error) {
    // Whatever is thrown, and however: a backend may throw anything, a string too.
    const message = error instanceof TimeLimitError ? error.message : textOf(error);
    const broken = error instanceof TimeLimitError || !(await works(context.backend, limit));
    return { outcome: { status: "failed", message }, broken };
  } finally {
    for (const backend of made) await settle(backend, limit);
  }
}

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something was thrown that has no text";
  }
}

/** Why this backend does not take this case, in its own words. */
export function reasonToSkip(
  { needs = [], problems = [] }: ConformanceCase,
  { features }: Backend,
): string | undefined {
  for (const need of needs) {
    const support = features[need];
    if (support !== true) return `${need}: ${support.reason}`;
  }
  for (const problem of problems) {
    const support = features.supports?.(problem) ?? true;
    if (support !== true) return support.reason;
  }
  return undefined;
}

async function works(backend: Backend, limit: number): Promise<boolean> {
  try {
    await withTimeLimit(() => backend.sync(), limit);
    return true;
  } catch {
    return false;
  }
}

/** Disposes a backend that may be broken; what it says to that is a case's matter, not the engine's. */
export async function settle(backend: Backend, limit: number): Promise<void> {
  try {
    await withTimeLimit(async () => backend.dispose(), limit);
  } catch {
    // A backend that cannot be disposed has failed its cases already.
  }
}

/** Lets the event loop turn from time to time: with a synchronous backend nothing else would, and no signal could fire. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 50) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
