/** Operands are exact for integers, show faults, and are the same for the same seed. */

import { parseProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { CORNER_PROBLEMS } from "./cases/corner-problems.js";
import { makeOperands, type OperandKind } from "./operands.js";
import { randomProblem } from "./random-problem.js";
import { randomSource } from "./random-source.js";
import { referenceConv2d } from "./reference.js";

const KINDS: readonly OperandKind[] = ["integer", "real"];
/** Problems with sums of 4608 and of 65536 products, with narrow clamps and without clamps. */
const LONG_SUMS = [
  "ic512_ih3_oc4_kh3_residual",
  "ic512_ih3_oc4_kh3_relu6",
  "ic65536_ih1_oc2_kh1_residual",
  "ic65536_ih1_oc40_kh1_clamp-1:1",
];

describe.each(KINDS)("%s operands", (kind) => {
  const problem = parseProblem("n2_g2_ic6_ih5_oc8_kh3_residual");

  test("have the problem's sizes, and no bias or residual that it lacks", () => {
    const { input, weight, bias, residual } = makeOperands(problem, kind, 1);
    expect([input, weight, bias, residual].map((data) => data?.length)).toEqual([2 * 6 * 25, 8 * 3 * 9, 8, 2 * 8 * 9]);
    expect(makeOperands(parseProblem("ic1_ih1_oc1_kh1_nobias"), kind, 1)).toMatchObject({
      bias: undefined,
      residual: undefined,
    });
  });

  test("are the same for the same seed, and differ for another seed", () => {
    expect(makeOperands(problem, kind, 7)).toEqual(makeOperands(problem, kind, 7));
    expect(makeOperands(problem, kind, 7)).not.toEqual(makeOperands(problem, kind, 8));
  });

  test("have both signs, and no value that hides a missing tap", () => {
    for (const data of Object.values(makeOperands(problem, kind, 1)) as Float32Array[]) {
      expect(data.some((x) => x > 0) && data.some((x) => x < 0)).toBe(true);
      expect(data.every((x) => x !== 0 && Number.isFinite(x))).toBe(true);
    }
  });

  test.each(["ic960_ih4_oc24_kh1_relu6", "ic512_ih5_oc4_kh3_relu6", "ic65536_ih1_oc40_kh1_clamp-1:1"])(
    "leave a good part of the outputs inside the clamp of %s",
    (text) => {
      const narrow = parseProblem(text);
      const [min, max] = activationRange(narrow.activation);
      const { output } = referenceConv2d(narrow, makeOperands(narrow, kind, 1));
      expect(output.filter((y) => y > min && y < max).length / output.length).toBeGreaterThan(0.05);
    },
  );
});

describe("integers", () => {
  const problems = [
    ...[...CORNER_PROBLEMS, ...LONG_SUMS].map(parseProblem),
    ...Array.from(
      { length: 100 },
      (
        (random) => () =>
          randomProblem(random)
      )(randomSource(5)),
    ),
  ];

  test("are integers whose sums are exact in float32", () => {
    for (const problem of problems) {
      const operands = makeOperands(problem, "integer", 1);
      for (const data of Object.values(operands) as (Float32Array | undefined)[])
        expect(data?.every(Number.isInteger) ?? true).toBe(true);
      expect(referenceConv2d(problem, operands).magnitude.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(
        2 ** 24,
      );
    }
  });

  test("have exact sums in float32 with any signs and in any order", () => {
    // The largest possible magnitude of any drawn values: terms·m² + 2m.
    const problem = parseProblem("ic1048576_ih1_oc1_kh1_residual");
    const { input, weight } = makeOperands(problem, "integer", 1);
    const most = (data: Float32Array): number => data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const m = Math.max(most(input), most(weight));
    expect(m).toBeGreaterThan(1);
    expect(2 ** 20 * m * m + 2 * m).toBeLessThanOrEqual(2 ** 24);
  });
});

test("reals use all bits of float32, so that rounding shows", () => {
  const { input } = makeOperands(parseProblem("ic8_ih8_oc1_kh1"), "real", 1);
  // For a number of ordinary size, float16 keeps bits down to 2^-12.
  expect(input.filter((x) => !Number.isInteger(x * 2 ** 12)).length).toBeGreaterThan(input.length / 2);
});
