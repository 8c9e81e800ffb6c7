/** The suite's teeth: it catches every planted fault, says where, and lets what is right pass. */

import { type Backend, formatProblem, isOperationProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import type { CaseOutcome, ConformanceCase } from "./case.js";
import { checkOperands, checkProblem } from "./check-problem.js";
import { accumulate } from "./faulty-backends/accumulate.js";
import { type Fault, faultyCompute } from "./faulty-backends/faulty-backend.js";
import { FAULTS } from "./faulty-backends/index.js";
import { makeOperands, type OperandKind } from "./operands.js";
import { checkOperationProblem } from "./operations/check-operation.js";
import { problemOf } from "./problem.js";
import { DEFAULT_SEED } from "./random-source.js";
import { referenceBackend } from "./reference-backend.js";
import { referenceConv2d } from "./reference.js";
import { gamma, roundings } from "./rules.js";
import { type ConformanceReport, runConformance } from "./run-conformance.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";
import { conformanceCases } from "./suites.js";

const CAUGHT = FAULTS.filter(({ caughtBy }) => caughtBy.length > 0);
/** Run on all that there is, which takes seconds. */
const SAMPLE = "weights-not-copied";
/**
 * No random problems: those that are always there find every fault. (So a part of the suite that runs without random ones, as
 * over graphics in software, loses no fault by that.)
 */
const OPTIONS = { randomProblems: 0, selection: "quick", diagnose: false } as const;
const KINDS: Partial<Record<SuiteName, OperandKind>> = { exact: "integer", bounded: "real" };

/** The sub-suites in which something failed. */
function failedSuites(report: ConformanceReport): SuiteName[] {
  return SUITE_NAMES.filter((suite) =>
    report.results.some((result) => result.suite === suite && result.status === "failed"),
  );
}

interface Failure extends CaseOutcome {
  readonly name: string;
}

/**
 * The first failure of a suite on a backend of its own: what one suite leaves behind is not another one's matter. A suite that
 * has failed has caught its fault; the rest of it would say the same.
 */
async function firstFailure(suite: SuiteName, { backend, kinds }: Fault): Promise<Failure | undefined> {
  const made = await backend();
  try {
    for (const each of (await casesOf(suite)).filter((one) => isAbout(one, kinds))) {
      const outcome = await outcomeOf(() => runCase(each, made, backend));
      if (outcome.status === "failed") return { ...outcome, name: each.name };
    }
    return undefined;
  } finally {
    await made.dispose().catch(() => undefined);
  }
}

/** The same case alone, on a new backend: for a problem, from its string. */
async function alone(suite: SuiteName, name: string, { backend }: Fault): Promise<CaseOutcome> {
  const kind = isProblem(name) ? KINDS[suite] : undefined;
  const made = await backend();
  const each = (await casesOf(suite)).find((one) => one.name === name)!;
  const outcome = await outcomeOf(() =>
    kind === undefined ? runCase(each, made, backend) : checkProblem(made, parseProblem(name), kind),
  );
  await made.dispose().catch(() => undefined);
  return outcome;
}

function runCase(each: ConformanceCase, backend: Backend, another: () => Promise<Backend>): Promise<CaseOutcome> {
  return each.run({ backend, accuracy: "fast", seed: DEFAULT_SEED, another });
}

async function outcomeOf(work: () => Promise<CaseOutcome>): Promise<CaseOutcome> {
  try {
    return await work();
  } catch (error) {
    return { status: "failed", message: String(error) };
  }
}

/** Whether a case runs an operation of one of these kinds; of no kinds, any case. */
function isAbout({ problems = [] }: ConformanceCase, kinds: Fault["kinds"]): boolean {
  return kinds === undefined || problems.some((each) => isOperationProblem(each) && kinds.includes(each.kind));
}

/** Whether a case's name is a problem's string, and no sentence. */
function isProblem(name: string): boolean {
  return !/\s/.test(name);
}

const kept = new Map<SuiteName, Promise<readonly ConformanceCase[]>>();

/** A suite's quick cases, made once: no run of a case leaves anything for the next (recheck.test.ts). */
async function casesOf(suite: SuiteName): Promise<readonly ConformanceCase[]> {
  const cases = kept.get(suite) ?? conformanceCases([suite], { randomProblems: OPTIONS.randomProblems });
  kept.set(suite, cases);
  return (await cases).filter(({ quick = true }) => quick);
}

describe("controls", () => {
  test("the reference passes everything", async () => {
    // The laws too, three times over: laws.test.ts.
    const suites = SUITE_NAMES.filter((suite) => suite !== "laws");
    const { counts, worstRatio } = await runConformance(referenceBackend, { ...OPTIONS, suites });
    expect(counts).toMatchObject({ failed: 0, untrusted: 0, skipped: 0 });
    expect(counts.passed).toBeGreaterThan(1000);
    expect(worstRatio).toBeGreaterThan(0);
    expect(worstRatio).toBeLessThan(1);
  });

  test("plain float32 sums pass: the bound is no narrower than float32 is", async () => {
    const float32 = faultyCompute("float32", (problem, operands, output) =>
      output.set(accumulate(problem, operands, Math.fround)),
    );
    const report = await runConformance(float32, { ...OPTIONS, suites: ["exact", "bounded", "goldens"] });
    expect(failedSuites(report)).toEqual([]);
    expect(report.worstRatio).toBeLessThan(1);
  });
});

describe("the table", () => {
  test("at least forty faults of convolutions and thirty of operations, each with a name of its own", () => {
    const ofOperations = CAUGHT.filter(({ caughtBy }) => caughtBy.includes("operations"));
    expect(ofOperations.length).toBeGreaterThanOrEqual(30);
    expect(CAUGHT.length - ofOperations.length).toBeGreaterThanOrEqual(40);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  test("each is caught by a case that fails alone, too", () => {
    const uncaught = FAULTS.filter(({ caughtBy }) => caughtBy.length === 0).map(({ name }) => name);
    expect(uncaught).toEqual([]);
  });

  test("many are caught by more than one sub-suite, and most sub-suites catch some that no other does", () => {
    expect(CAUGHT.filter(({ caughtBy }) => caughtBy.length > 1).length).toBeGreaterThanOrEqual(5);
    const needed = new Set(CAUGHT.flatMap(({ caughtBy }) => (caughtBy.length === 1 ? caughtBy : [])));
    expect([...needed]).toEqual(expect.arrayContaining(["bounded", "laws", "lifecycle"]));
  });
});

describe.each(CAUGHT)("$name", (fault) => {
  test.each(fault.caughtBy)("is caught by %s, and its first failure comes again when run alone", async (suite) => {
    const first = await firstFailure(suite, fault);
    expect(first, "the first failure").toBeDefined();
    // That a case fails alone as well is a matter of the case and the fault: one suite of each fault is enough to show it.
    if (suite !== fault.caughtBy[0]) return;
    const { name, message } = first!;
    const again = await alone(suite, name, fault);
    // Of a case with a history of its own, only that it fails: figures may owe something to the cases before it.
    expect(again).toMatchObject(KINDS[suite] && isProblem(name) ? { status: "failed", message } : { status: "failed" });
  });
});

test.each(FAULTS.filter(({ name }) => name === SAMPLE))(
  "$name, held to everything, fails there and is right elsewhere",
  async ({ name, caughtBy, backend }) => {
    const report = await runConformance(backend, OPTIONS);
    expect(report.backend).toBe(name);
    expect(failedSuites(report)).toEqual(expect.arrayContaining([...caughtBy]));
    expect(report.counts.passed).toBeGreaterThan(report.counts.failed);
  },
);

test.each(FAULTS.filter(({ problems }) => problems))(
  "$name shows in $problems.wrong and not in $problems.right",
  async ({ name, problems, backend }) => {
    const made = await backend();
    expect(made.name).toBe(name);
    const statuses = async (text: string): Promise<readonly string[]> => {
      const problem = problemOf(text);
      const outcomes = isOperationProblem(problem)
        ? [await checkOperationProblem(made, problem)]
        : [await checkProblem(made, problem, "integer"), await checkProblem(made, problem, "real")];
      return [...new Set(outcomes.map(({ status }) => status))];
    };
    expect(await statuses(problems!.wrong)).toEqual(["failed"]);
    expect(await statuses(problems!.right)).toEqual(["passed"]);
    await made.dispose();
  },
);

describe("the bound has no slack to hide in", () => {
  const problem = parseProblem("ic8_ih6_oc4_kh3_ph1");
  const operands = makeOperands(problem, "real", 1);
  const expected = referenceConv2d(problem, operands);

  /** A backend whose every output is off by what `error` gives for it. */
  const check = async (error: (y: number, at: number) => number) => {
    const backend = await faultyCompute("off", (_problem, _operands, output) =>
      output.set(expected.output.map((y, at) => y + error(y, at))),
    )();
    return checkOperands(backend, problem, "real", operands, expected);
  };

  test("an error of one unit in the last place passes", async () => {
    const { status, ratio } = await check((y) => 2 ** (Math.floor(Math.log2(Math.abs(y))) - 23));
    expect(status).toBe("passed");
    expect(ratio).toBeGreaterThan(0);
  });

  test.each([
    [0.9, "passed"],
    [1.1, "failed"],
    [4, "failed"],
  ])("an error of %d times the bound has %s", async (factor, status) => {
    const outcome = await check((_y, at) => factor * gamma(roundings(problem)) * expected.magnitude[at]!);
    expect(outcome.status).toBe(status);
    expect(outcome.ratio).toBeGreaterThan(factor - 0.05);
    expect(outcome.ratio).toBeLessThan(factor + 0.05);
  });

  test("one wrong element of many is enough, and is the one that is named", async () => {
    const at = expected.output.length - 1;
    const outcome = await check((_y, index) =>
      index === at ? 4 * gamma(roundings(problem)) * expected.magnitude[at]! : 0,
    );
    expect(outcome.message).toMatch(/^1 of 144 elements are wrong .*; the first is \[n 0, c 3, h 5, w 5\]/);
    expect(outcome.message).toContain(formatProblem(problem));
  });
});
