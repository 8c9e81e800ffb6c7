/** The suite's teeth: it catches every planted fault, says where, and lets what is right pass. */

import { formatProblem, parseProblem } from "@convene/core";
import { beforeAll, describe, expect, test } from "vitest";
import { checkOperands, checkProblem } from "./check-problem.js";
import { accumulate } from "./faulty-backends/accumulate.js";
import { faultyCompute } from "./faulty-backends/faulty-backend.js";
import { FAULTS } from "./faulty-backends/index.js";
import { makeOperands, type OperandKind } from "./operands.js";
import { referenceBackend } from "./reference-backend.js";
import { referenceConv2d } from "./reference.js";
import { gamma, roundings } from "./rules.js";
import { type ConformanceReport, runConformance } from "./run-conformance.js";
import { SUITE_NAMES, type SuiteName } from "./suite-names.js";

const OPTIONS = { randomProblems: 40 };
const KINDS: Partial<Record<SuiteName, OperandKind>> = { exact: "integer", bounded: "real" };

/** The sub-suites in which something failed. */
function failedSuites(report: ConformanceReport): SuiteName[] {
  return SUITE_NAMES.filter((suite) =>
    report.results.some((result) => result.suite === suite && result.status === "failed"),
  );
}

describe("controls", () => {
  test("the reference passes everything", { timeout: 60_000 }, async () => {
    const { counts, worstRatio } = await runConformance(referenceBackend);
    expect(counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
    expect(counts.passed).toBeGreaterThan(450);
    expect(worstRatio).toBeGreaterThan(0);
    expect(worstRatio).toBeLessThan(1);
  });

  test("plain float32 sums pass: the bound is no narrower than float32 is", async () => {
    const float32 = faultyCompute("float32", (problem, operands, output) =>
      output.set(accumulate(problem, operands, Math.fround)),
    );
    const report = await runConformance(float32, OPTIONS);
    expect(failedSuites(report)).toEqual([]);
    expect(report.worstRatio).toBeLessThan(1);
  });
});

test("at least ten faults, each with a name of its own", () => {
  expect(FAULTS.length).toBeGreaterThanOrEqual(10);
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
});

describe.each(FAULTS)("$name", ({ name, caughtBy, backend }) => {
  let report: ConformanceReport;
  beforeAll(async () => {
    report = await runConformance(backend, OPTIONS);
  }, 60_000);

  test(`is caught by ${caughtBy.join(", ")}`, () => {
    expect(report.backend).toBe(name);
    expect(failedSuites(report)).toEqual(caughtBy);
  });

  test("every problem that it fails fails again when run alone, from its string", async () => {
    const alone = await backend();
    const failures = report.results.filter(({ suite, status }) => status === "failed" && KINDS[suite]);
    expect(failures.length > 0).toBe(caughtBy.some((suite) => KINDS[suite]));
    for (const { suite, name: text, message } of failures) {
      expect(message).toContain(text);
      expect(await checkProblem(alone, parseProblem(text), KINDS[suite]!)).toMatchObject({ status: "failed", message });
    }
    await alone.dispose();
  });
});

test.each(FAULTS.filter(({ problems }) => problems))(
  "$name shows in $problems.wrong and not in $problems.right",
  async ({ problems, backend }) => {
    const made = await backend();
    for (const kind of ["integer", "real"] as const) {
      expect(await checkProblem(made, parseProblem(problems!.wrong), kind)).toMatchObject({ status: "failed" });
      expect(await checkProblem(made, parseProblem(problems!.right), kind)).toMatchObject({ status: "passed" });
    }
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
