/** Winograd's algorithm passes rule 3, with errors not far below its bound. So rule 3 is neither too narrow nor too wide. */

import { formatProblem, isOperationProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import type { ConformanceCase } from "../case.js";
import { WINOGRAD_PROBLEMS } from "../cases/winograd-problems.js";
import { makeOperands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { checkTransformed } from "../rules.js";
import { type ConformanceOptions, runConformance } from "../run-conformance.js";
import type { SuiteName } from "../suite-names.js";
import { conformanceCases } from "../suites.js";
import { hasTransformedRule, transformedBound } from "../transformed-bound.js";
import { winogradBackend } from "./winograd-backend.js";
import { RIGHT, transformWeights, winograd } from "./winograd.js";

/** Phases of one to five outputs, with every mode of padding. The suite's own problems with dilation have few outputs. */
const DILATED = [
  "ic3_ih16_oc4_kh3_ph5_dh5",
  "ic4_ih9_iw14_oc3_kh3_dh1_dw3_ph1_pw3_residual",
  "ic2_ih10_iw9_oc3_kh3_ph2_dh2_reflect",
  "g2_ic4_ih11_iw8_oc6_kh3_ph4_dh4_circular_relu",
  "n2_ic3_ih7_iw13_oc2_kh3_pt1_pl3_pb3_pr2_dh2_replicate",
];
const problems = [...WINOGRAD_PROBLEMS, ...DILATED].map(parseProblem);

describe("against the reference", () => {
  test.each(problems.map((problem) => [formatProblem(problem), problem] as const))("%s", (_, problem) => {
    for (const kind of ["integer", "real"] as const) {
      const operands = makeOperands(problem, kind, 1);
      const { output, magnitude } = referenceConv2d(problem, operands);
      const actual = new Float32Array(output.length).fill(NaN);
      winograd(problem, transformWeights(operands.weight, RIGHT), operands, actual);
      // A far narrower bound than rule 3, because ordinary rounding errors are far smaller than the worst possible ones.
      const far = actual.filter((y, at) => !(Math.abs(y - output[at]!) <= 2 ** -15 * magnitude[at]!));
      expect(far).toHaveLength(0);
      expect(checkTransformed(actual, output, transformedBound(problem, operands)).ok).toBe(true);
    }
  });
});

/** The suites whose results a transform can change. The other suites check memory, order and errors, which come from the reference. */
const SUITES: readonly SuiteName[] = ["exact", "bounded", "goldens", "networks", "non-finite"];

/** The suites of which all transformed problems run, because their errors are compared with the bound below. Of the others, the quick selection runs. */
const WHOLE = new Set<SuiteName>(["exact", "bounded"]);

describe("as a backend", () => {
  const ratios: number[] = [];

  test.each(SUITES)("passes the suite %s, with nothing skipped", async (suite) => {
    // The plans of other problems come from the reference backend.
    const isTransformed = ({ problems: ran = [] }: ConformanceCase): boolean =>
      ran.some((problem) => !isOperationProblem(problem) && hasTransformedRule(problem));
    const options: ConformanceOptions = WHOLE.has(suite)
      ? { only: (await conformanceCases([suite])).filter(isTransformed).map(({ name }) => name) }
      : { selection: "quick" };
    const { results, counts } = await runConformance(winogradBackend("winograd"), { suites: [suite], ...options });
    expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(counts.passed).toBe(results.length);
    for (const { algorithm, ratio } of results) {
      if (algorithm === "winograd-4x4" && ratio !== undefined) ratios.push(ratio);
    }
  });

  test("has errors that are neither far below rule 3's bound nor at it: the rule is neither too wide nor too narrow", () => {
    const worst = ratios.reduce((a, b) => Math.max(a, b), 0);
    expect(ratios.length).toBeGreaterThan(150);
    expect(worst).toBeGreaterThan(1e-4);
    expect(worst).toBeLessThan(1);
    // Subnormal numbers give the largest ratios. Ordinary numbers also have ratios that are not far below 1.
    const median = [...ratios].sort((a, b) => a - b)[ratios.length >> 1]!;
    expect(median).toBeGreaterThan(1e-4);
  });
});
