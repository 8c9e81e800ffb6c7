/** The suite catches every planted fault, says where the fault is, and lets right backends pass. */

import { readFileSync } from "node:fs";
import { type Backend, formatProblem, isOperationProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import type { CaseOutcome } from "./case.js";
import { checkOperands, checkProblem } from "./check-problem.js";
import { accumulate } from "./faulty-backends/accumulate.js";
import { faultyCompute } from "./faulty-backends/faulty-backend.js";
import { FAULTS } from "./faulty-backends/index.js";
import { makeOperands } from "./operands.js";
import { checkOperationProblem } from "./operations/check-operation.js";
import { problemOf } from "./problem.js";
import { DEFAULT_SEED } from "./random-source.js";
import { referenceBackend } from "./reference-backend.js";
import { referenceConv2d } from "./reference.js";
import { gamma, roundings } from "./rules.js";
import { runCase } from "./run-case.js";
import { type ConformanceReport, runConformance } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";

/**
 * No random problems, because the fixed problems find every fault. So a run without random problems, such as a run over graphics in
 * software, misses no fault.
 */
const OPTIONS = { randomProblems: 0, diagnose: false } as const;

/** For each fault and suite, a case that catches the fault alone. scripts/catch-table.ts writes the file. */
const CATCHING = JSON.parse(
  readFileSync(new URL("./faulty-backends/catching-cases.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Readonly<Partial<Record<SuiteName, string>>>>>;

/** The sub-suites in which something failed. */
function failedSuites(report: ConformanceReport): SuiteName[] {
  return SUITE_NAMES.filter((suite) =>
    report.results.some((result) => result.suite === suite && result.status === "failed"),
  );
}

const CASES = new Map(
  (await selectCases({ randomProblems: 0 })).map((each) => [`${each.suite} ${each.name}`, each] as const),
);

/** Runs the case of this name on a new backend. */
async function alone(suite: SuiteName, name: string, make: () => Promise<Backend>): Promise<CaseOutcome> {
  const each = CASES.get(`${suite} ${name}`);
  if (!each) throw new Error(`${suite} has no case "${name}": run scripts/catch-table.ts`);
  const backend = await make();
  const context = { backend, accuracy: "fast", seed: DEFAULT_SEED, another: make } as const;
  const { outcome } = await runCase(each, context, 20_000, false);
  await backend.dispose().catch(() => undefined);
  return outcome;
}

describe("controls", () => {
  test("the reference passes everything", async () => {
    const { counts, worstRatio } = await runConformance(referenceBackend, OPTIONS);
    expect(counts).toMatchObject({ failed: 0, untrusted: 0, skipped: 0 });
    expect(counts.passed).toBeGreaterThan(1000);
    expect(worstRatio).toBeGreaterThan(0);
    expect(worstRatio).toBeLessThan(1);
  });

  test("plain float32 sums pass, so the bound is wide enough for float32", async () => {
    const float32 = faultyCompute("float32", (problem, operands, output) =>
      output.set(accumulate(problem, operands, Math.fround)),
    );
    const report = await runConformance(float32, { ...OPTIONS, selection: "quick", suites: ["exact", "bounded"] });
    expect(failedSuites(report)).toEqual([]);
    expect(report.worstRatio).toBeLessThan(1);
  });
});

describe("the table", () => {
  test("has at least forty faults of convolutions and thirty of operations, each with its own name", () => {
    const ofOperations = FAULTS.filter(({ caughtBy }) => caughtBy.includes("operations"));
    expect(ofOperations.length).toBeGreaterThanOrEqual(30);
    expect(FAULTS.length - ofOperations.length).toBeGreaterThanOrEqual(40);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  test("has a case that fails alone for each fault and each suite that must catch it", () => {
    const caughtBy = Object.fromEntries(FAULTS.map((fault) => [fault.name, [...fault.caughtBy]]));
    expect(Object.fromEntries(Object.entries(CATCHING).map(([name, row]) => [name, Object.keys(row)]))).toEqual(
      caughtBy,
    );
    for (const suites of Object.values(caughtBy)) expect(suites.length).toBeGreaterThan(0);
  });

  test("has many faults that several sub-suites catch, and most sub-suites catch faults that no other catches", () => {
    expect(FAULTS.filter(({ caughtBy }) => caughtBy.length > 1).length).toBeGreaterThanOrEqual(5);
    const needed = new Set(FAULTS.flatMap(({ caughtBy }) => (caughtBy.length === 1 ? caughtBy : [])));
    expect([...needed]).toEqual(
      expect.arrayContaining([
        "bounded",
        "errors",
        "known-faults",
        "lifecycle",
        "manifest",
        "non-finite",
        "operations",
      ]),
    );
  });

  test("has no fault that the quick selection misses", async () => {
    const quick = new Set((await selectCases({ selection: "quick" })).map(({ suite, name }) => `${suite} ${name}`));
    const isCaught = (name: string): boolean =>
      Object.entries(CATCHING[name]!).some(([suite, each]) => quick.has(`${suite} ${each}`));
    expect(FAULTS.map(({ name }) => name).filter((name) => !isCaught(name))).toEqual([]);
  });
});

test.each(FAULTS)("$name is caught by $caughtBy", async ({ name, backend }) => {
  for (const [suite, text] of Object.entries(CATCHING[name]!) as [SuiteName, string][]) {
    const outcome = await alone(suite, text, backend);
    expect(outcome.status, `${suite} ${text}`).toBe("failed");
    // The problem's string must select the same case.
    if (suite !== "exact") continue;
    const made = await backend();
    const again = await checkProblem(made, parseProblem(text), "integer").catch((error: unknown) => ({
      message: String(error),
    }));
    expect(again).toMatchObject({ message: outcome.message });
    await made.dispose();
  }
});

test("in a run of all suites, a fault fails in its suites and passes in the others", async () => {
  const { name, caughtBy, backend } = FAULTS.find((fault) => fault.name === "weights-not-copied")!;
  const report = await runConformance(backend, { ...OPTIONS, selection: "quick" });
  expect(report.backend).toBe(name);
  expect(failedSuites(report)).toEqual(expect.arrayContaining([...caughtBy]));
  expect(report.counts.passed).toBeGreaterThan(report.counts.failed);
});

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

describe("the bound is narrow enough to show small errors", () => {
  const problem = parseProblem("ic8_ih6_oc4_kh3_ph1");
  const operands = makeOperands(problem, "real", 1);
  const expected = referenceConv2d(problem, operands);

  /** Checks a backend that adds `error` to every output. */
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

  test("one wrong element of many is enough, and the message names it", async () => {
    const at = expected.output.length - 1;
    const outcome = await check((_y, index) =>
      index === at ? 4 * gamma(roundings(problem)) * expected.magnitude[at]! : 0,
    );
    expect(outcome.message).toMatch(/^1 of 144 elements are wrong .*; the first is \[n 0, c 3, h 5, w 5\]/);
    expect(outcome.message).toContain(formatProblem(problem));
  });
});
