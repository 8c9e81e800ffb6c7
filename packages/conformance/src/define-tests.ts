/** The suite as tests of the given runner: vitest, jest, mocha or node:test. This file imports none of them. */

import type { Backend } from "@convene/core";
import { checkOneOf } from "@convene/core/backend";
import type { ConformanceCase } from "./case.js";
import { describeFinding, type Diagnosis } from "./diagnosis/diagnosis.js";
import { DEFAULT_SEED } from "./random-source.js";
import { describeFailure } from "./report/describe-failure.js";
import { plural } from "./report/format.js";
import { rerunCommand } from "./report/rerun-command.js";
import { createRecheck, RECHECK_TIME } from "./recheck.js";
import { DEFAULT_LIMIT, reasonToSkip, runCase, settle } from "./run-case.js";
import { type CaseResult, checkOptions, type ConformanceOptions, runConformance } from "./run-conformance.js";
import { type CaseSelection, selectCases } from "./select-cases.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";
import { withTimeLimit } from "./time-limit.js";

type Body = () => Promise<void>;

/** A runner's own functions, without any change. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: {
    /** Registers a test. The third argument is the time limit, for runners that take it here. */
    (title: string, body: Body, timeout?: number): unknown;
    /** Registers a skipped test. Left out: a skipped case is a test that passes and has the reason in its title. */
    readonly skip?: (title: string, body: Body) => unknown;
  };
  /** If neither `afterAll` nor `after` is given, the last test of a suite disposes its backend. */
  readonly afterAll?: (body: Body) => unknown;
  readonly after?: (body: Body) => unknown;
}

/** Options of the functions that make tests of the suite: which cases, and how they become tests. */
export interface ConformanceTestsOptions
  extends CaseSelection, Pick<ConformanceOptions, "accuracy" | "noSkips" | "limit"> {
  /**
   * `"case"`, the default, makes a test of each case. The call must then be awaited at the top level of a module, before the runner
   * starts. `"suite"` makes a test of each suite, at once. Use it for runners that collect tests synchronously, such as jest.
   */
  readonly per?: "case" | "suite";
  /** The file or package of the factory, for the command at the end of a failure's message. */
  readonly module?: string;
}

/** The time limit of a test that is a whole suite: half an hour. Each case has its own limit. */
const SUITE_TIMEOUT = 30 * 60_000;
/** The most failures that one error describes. The error counts the others. */
const MOST_DESCRIBED = 20;

/**
 * Registers the suite's cases as tests, in a `describe` for each sub-suite. Each sub-suite has its own backend, which is disposed at its
 * end. The error of a failed test says as much as a report. If the factory fails, one test fails with its error.
 *
 * @example
 * import { afterAll, describe, it } from "vitest";
 * await defineConformanceTests({ describe, it, afterAll }, () => myBackend());
 * @throws ConveneError `ERR_INVALID_OPTION` for a wrong option
 */
export async function defineConformanceTests(
  runner: TestRunner,
  factory: () => Promise<Backend>,
  options: ConformanceTestsOptions = {},
): Promise<void> {
  const { per = "case", module = "<module>", ...runOptions } = options;
  checkOneOf("per", per, ["case", "suite"]);
  checkOptions(runOptions);
  const rerun = (result: CaseResult): string => rerunCommand({ module, ...runOptions }, result);
  // Nothing may be awaited before this line, because a runner that collects synchronously must find its tests.
  if (per === "suite") defineSuites(runner, factory, runOptions, rerun);
  else await defineCases(runner, factory, runOptions, rerun);
}

type RunOptions = Omit<ConformanceTestsOptions, "per" | "module">;
type Rerun = (result: CaseResult) => string;

function defineSuites(
  { describe, it }: TestRunner,
  factory: () => Promise<Backend>,
  options: RunOptions,
  rerun: Rerun,
): void {
  describe("conformance", () => {
    for (const suite of options.suites ?? SUITE_NAMES) {
      const body = async (): Promise<void> => {
        const { results, diagnosis } = await runConformance(factory, { ...options, suites: [suite] });
        const failures = results.filter(({ status }) => status === "failed");
        if (failures.length > 0) throw failureOf(failures, results.length, rerun, diagnosis);
      };
      it(suite, bodyOf(body, SUITE_TIMEOUT), SUITE_TIMEOUT);
    }
  });
}

async function defineCases(
  runner: TestRunner,
  factory: () => Promise<Backend>,
  options: RunOptions,
  rerun: Rerun,
): Promise<void> {
  const { limit = DEFAULT_LIMIT, noSkips = false } = options;
  const cases = await selectCases(options);
  // A case must be registered as skipped or not, and only a backend can tell which.
  let probe: Backend;
  try {
    probe = await withTimeLimit(factory, limit);
  } catch (error) {
    const body = async (): Promise<void> => {
      throw error;
    };
    runner.describe("conformance", () => void runner.it("the factory makes a backend", body));
    return;
  }
  const reasons = new Map(cases.map((each) => [each, noSkips ? undefined : reasonToSkip(each, probe)] as const));
  await settle(probe, limit);

  for (const suite of new Set(cases.map((each) => each.suite))) {
    const own = cases.filter((each) => each.suite === suite);
    runner.describe(`conformance: ${suite}`, () => defineSuite(runner, suite, own, reasons, factory, options, rerun));
  }
}

function defineSuite(
  { it, afterAll, after = afterAll }: TestRunner,
  suite: SuiteName,
  cases: readonly ConformanceCase[],
  reasons: ReadonlyMap<ConformanceCase, string | undefined>,
  factory: () => Promise<Backend>,
  options: RunOptions,
  rerun: Rerun,
): void {
  const { limit = DEFAULT_LIMIT, seed = DEFAULT_SEED, accuracy = "fast", noSkips = false } = options;
  // The first test makes the backend. After a case that broke it, the next test makes another.
  let backend: Backend | undefined;
  /** The cases that have run on this backend. */
  let before: ConformanceCase[] = [];
  const recheck = createRecheck({ factory, accuracy, seed, limit });
  const dispose = async (): Promise<void> => {
    const old = backend;
    backend = undefined;
    before = [];
    if (old) await settle(old, limit);
  };
  const last = [...cases].reverse().find((each) => reasons.get(each) === undefined);

  for (const each of cases) {
    const reason = reasons.get(each);
    if (reason !== undefined) {
      skip(it, `${each.name} (${reason})`);
      continue;
    }
    const body = async (skipNow: (reason: string) => void): Promise<void> => {
      const start = performance.now();
      try {
        backend ??= await withTimeLimit(factory, limit);
        const context = { backend, accuracy, seed, another: factory };
        const { outcome, broken, failed } = await runCase(each, context, each.limit ?? limit, noSkips);
        const milliseconds = performance.now() - start;
        const history = failed ? await recheck(each, before) : {};
        before.push(each);
        if (broken) await dispose();
        const result = { suite, name: each.name, ...outcome, ...history, milliseconds };
        if (outcome.status === "failed") throw failureOf([result], 1, rerun);
        // A case may find out only while it runs that it has nothing to do for this backend.
        if (outcome.status === "skipped") skipNow(outcome.message ?? "no reason given");
      } finally {
        if (!after && each === last) await dispose();
      }
    };
    // The case's own limit should end it first, because its message says more. The checks after a case (whether the backend still
    // works, whether the case fails alone) may each take as long as the case.
    const timeout = 8 * (each.limit ?? limit) + RECHECK_TIME;
    it(each.name, bodyOf(body, timeout), timeout);
  }
  after?.(dispose);
}

function skip(it: TestRunner["it"], title: string): void {
  const body = async (): Promise<void> => undefined;
  if (it.skip) it.skip(title, body);
  else it(`skipped: ${title}`, body);
}

/** The context that runners pass to a test, as `this` or as an argument. Each runner has some of these members. */
interface TestContext {
  readonly skip?: (reason: string) => void;
  readonly timeout?: unknown;
}

/**
 * A test's body as a runner takes it. It has no named parameters, because jest would wait for a callback, and vitest would look for
 * fixtures.
 */
function bodyOf(work: (skipNow: (reason: string) => void) => Promise<void>, timeout: number): Body {
  return async function (this: TestContext | undefined): Promise<void> {
    // oxlint-disable-next-line prefer-rest-params -- a named parameter is impossible, see above
    const given = arguments[0] as TestContext | undefined;
    // mocha takes a test's time limit from inside.
    if (typeof this?.timeout === "function") this.timeout(timeout);
    // vitest and node:test pass a context, and mocha has it as `this`. jest cannot skip from inside, so there such a test passes.
    const context = typeof given?.skip === "function" ? given : this;
    let reason: string | undefined;
    await work((why) => (reason = why));
    if (reason !== undefined) context?.skip?.(reason);
  };
}

function failureOf(failures: readonly CaseResult[], cases: number, rerun: Rerun, diagnosis?: Diagnosis): Error {
  const described = failures.slice(0, MOST_DESCRIBED).map((failure) => {
    const lines = describeFailure(failure, rerun(failure));
    return [`${failure.suite}: ${failure.name}`, ...lines.map((line) => `  ${line}`)].join("\n");
  });
  const count = cases > 1 ? [`${failures.length} of ${plural(cases, "case")} failed`] : [];
  const more = failures.length > MOST_DESCRIBED ? [`and ${failures.length - MOST_DESCRIBED} more`] : [];
  const found = (diagnosis?.findings ?? []).map((finding) => describeFinding(finding).join("\n"));
  return new Error([...count, ...found, ...described, ...more].join("\n\n"));
}
