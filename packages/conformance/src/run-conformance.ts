/** The engine: runs cases on a backend and reports. It needs no test runner. */

import type { Backend } from "@convene/core";
import type { CaseOutcome, CaseStatus } from "./check-problem.js";
import { DEFAULT_SEED } from "./random-source.js";
import { type ConformanceCase, conformanceCases, SUITE_NAMES, type SuiteName, type SuiteOptions } from "./suites.js";

export interface CaseResult extends CaseOutcome {
  readonly suite: SuiteName;
  readonly name: string;
  readonly milliseconds: number;
}

export interface ConformanceReport {
  readonly backend: string;
  readonly device: string;
  readonly seed: number;
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound over all cases that have a bound. */
  readonly worstRatio: number;
  readonly results: readonly CaseResult[];
}

export interface ConformanceOptions extends SuiteOptions {
  /** Default: all. */
  readonly suites?: readonly SuiteName[];
  /** Called after each case. */
  readonly onCase?: (result: CaseResult, done: number, total: number) => void;
  /** Stops between cases; the promise then rejects with the signal's reason. */
  readonly signal?: { throwIfAborted(): void };
}

/**
 * Runs the suites on a backend, or on what a factory makes (which is then disposed at the end). A case that throws has
 * failed, and the next one runs all the same.
 *
 * @example
 * const report = await runConformance(() => cpu());
 * report.counts.failed === 0
 */
export async function runConformance(
  source: Backend | (() => Promise<Backend>),
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const { suites = SUITE_NAMES, seed = DEFAULT_SEED, onCase, signal } = options;
  const backend = typeof source === "function" ? await source() : source;
  try {
    const cases = await conformanceCases(suites, options);
    const results: CaseResult[] = [];
    const breathe = breather();
    for (const { suite, name, run } of cases) {
      await breathe();
      signal?.throwIfAborted();
      const start = performance.now();
      const outcome = await outcomeOf(run, backend);
      const result: CaseResult = { suite, name, ...outcome, milliseconds: performance.now() - start };
      results.push(result);
      onCase?.(result, results.length, cases.length);
    }
    const count = (status: CaseStatus): number => results.filter((result) => result.status === status).length;
    return {
      backend: backend.name,
      device: backend.device,
      seed,
      counts: {
        passed: count("passed"),
        failed: count("failed"),
        untrusted: count("untrusted"),
        skipped: count("skipped"),
      },
      worstRatio: Math.max(0, ...results.map(({ ratio = 0 }) => ratio)),
      results,
    };
  } finally {
    if (typeof source === "function") await backend.dispose();
  }
}

/** Whatever is thrown, and however: a backend may throw anything, a string too. */
async function outcomeOf(run: ConformanceCase["run"], backend: Backend): Promise<CaseOutcome> {
  try {
    return await run(backend);
  } catch (error) {
    return { status: "failed", message: String(error) };
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
