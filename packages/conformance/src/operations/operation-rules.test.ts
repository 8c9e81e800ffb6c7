/** The rules: the width of the bounds at known places, and a failure for an error that is slightly larger. */

import { formatOperation, type OperationProblem, parseOperation } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { OPERATION_PROBLEMS } from "../cases/operations-problems.js";
import { makeOperationOperands } from "./operation-operands.js";
import { checkOperation, operationBound } from "./operation-rules.js";
import { referenceOperation } from "./reference-operation.js";

const U = 2 ** -24;
const ALL = OPERATION_KINDS.flatMap((kind) => OPERATION_PROBLEMS[kind]).filter((text) => !/h(257|182)/.test(text));

function known(problem: OperationProblem, values: "integer" | "real" = "real") {
  const operands = makeOperationOperands(problem, values, 1);
  const expected = referenceOperation(problem, operands.inputs, operands.slope ? { slope: operands.slope } : {});
  return { operands, expected, bound: operationBound(problem, operands, expected) };
}

/** The bound of an activation at x. */
const boundAt = (activation: string, x: number): number => {
  const problem = parseOperation(`activation_${activation}_c1_h1`);
  const operands = { inputs: [Float32Array.of(x)] };
  return operationBound(problem, operands, referenceOperation(problem, operands.inputs))?.[0] ?? 0;
};

test.each(ALL)("%s: the reference rounded to float32 passes, and an error of 1.01 times the bound fails", (text) => {
  const problem = parseOperation(text);
  const { operands, expected, bound } = known(problem);
  expect(checkOperation(problem, operands, expected, Float32Array.from(expected)).ok).toBe(true);
  const wide = (factor: number) => expected.map((y, at) => y + factor * (bound?.[at] ?? 0));
  expect(checkOperation(problem, operands, expected, wide(0.99)).ok).toBe(true);
  const isExact = !bound?.some((each) => each > 0);
  expect(checkOperation(problem, operands, expected, wide(1.01)).ok).toBe(isExact);
  const off = Float32Array.from(expected);
  off[off.length - 1]! += Math.max(1e-3, Math.abs(off.at(-1)!) * 1e-3);
  expect(checkOperation(problem, operands, expected, off)).toMatchObject({ ok: false, wrong: 1 });
});

describe("exactly", () => {
  test.each(["maxPool2d_c5_ih6_kh3", "concat_channels2:3_h4", "activation_relu_c3_h4", "upsample_c2_ih3_oh6_nearest"])(
    "%s has no bound",
    (text) => expect(known(parseOperation(text)).bound).toBeUndefined(),
  );

  test("an operation that moves values keeps the sign of a zero; a maximum may have either sign", () => {
    const slice = parseOperation("slice_c1_ih1");
    const zero = { inputs: [Float32Array.of(-0)] };
    expect(checkOperation(slice, zero, Float64Array.of(-0), [0]).ok).toBe(false);
    expect(checkOperation(slice, zero, Float64Array.of(-0), [-0]).ok).toBe(true);
    const pool = parseOperation("maxPool2d_c1_ih1_kh1");
    expect(checkOperation(pool, zero, Float64Array.of(-0), [0]).ok).toBe(true);
  });
});

describe("the width of a bound", () => {
  // So a ratio of nearly 1 says nothing against a backend here: a sum of M-LSD's network has these two numbers.
  test("is reached by a correctly rounded sum just above a power of two", () => {
    const problem = parseOperation("add_c1_h1");
    const operands = { inputs: [Float32Array.of(7.455662250518799), Float32Array.of(0.5445451736450195)] };
    const expected = referenceOperation(problem, operands.inputs);
    const nearest = Math.fround(expected[0]!);
    const verdict = checkOperation(problem, operands, expected, [nearest]);
    expect(verdict.ok).toBe(true);
    expect(verdict.ratio).toBeGreaterThan(0.9999);
    const next = nearest + 2 ** -20;
    expect(checkOperation(problem, operands, expected, [next]).ok).toBe(false);
  });

  test("is half a unit in the last place for a sum, and zero if a clamp cuts the sum off", () => {
    const problem = parseOperation("add_c1_h1_w2_relu");
    const operands = { inputs: [Float32Array.of(3, -3), Float32Array.of(5, 1)] };
    const bound = operationBound(problem, operands, Float64Array.of(8, 0))!;
    expect(bound[0]! / (8 * U)).toBeCloseTo(1, 6);
    expect(bound[1]).toBe(0);
  });

  test("is relative for sigmoid and silu in their tails, and absolute where sums cancel", () => {
    expect(boundAt("sigmoid", -20) / (Math.exp(-20) * U)).toBeCloseTo(32 + 4 * 20, 0);
    expect(boundAt("silu", -20) / (20 * Math.exp(-20) * U)).toBeCloseTo(32 + 4 * 19, 0);
    expect(boundAt("hardSigmoid", -2.999) / U).toBeCloseTo(4 * (2.999 / 6 + 0.5), 2);
    expect(boundAt("gelu", -5) / (5 * U)).toBeCloseTo(8, 1);
  });

  test("is a few units in the last place where nothing cancels", () => {
    for (const name of ["sigmoid", "silu", "tanh", "gelu", "geluTanh"]) {
      const [y] = referenceOperation(parseOperation(`activation_${name}_c1_h1`), [[1.5]]);
      expect(boundAt(name, 1.5) / (Math.abs(y!) * U)).toBeLessThan(60);
    }
  });

  test("is zero at the ends of hardSigmoid, and at infinities", () => {
    expect(boundAt("hardSigmoid", 3.1)).toBe(0);
    expect(boundAt("hardSigmoid", -3.1)).toBe(0);
    expect(
      checkOperation(
        parseOperation("activation_sigmoid_c1_h1"),
        { inputs: [Float32Array.of(-Infinity)] },
        Float64Array.of(0),
        [1e-45],
      ).ok,
    ).toBe(false);
  });
});

describe("a result with two right values", () => {
  test.each(["hardSwish", "silu", "gelu", "geluTanh"])("%s of −Infinity may be NaN or 0, and nothing else", (name) => {
    const problem = parseOperation(`activation_${name}_c1_h1`);
    const operands = { inputs: [Float32Array.of(-Infinity)] };
    const expected = referenceOperation(problem, operands.inputs);
    for (const [actual, ok] of [
      [NaN, true],
      [0, true],
      [-0, true],
      [-1, false],
      [-Infinity, false],
    ] as const) {
      expect(checkOperation(problem, operands, expected, [actual]).ok).toBe(ok);
    }
  });

  test("a pixel that is not finite and has no weight in a bilinear interpolation may be left out, or give NaN", () => {
    const problem = parseOperation("upsample_c1_ih1_iw2_oh1_ow4_bilinear");
    const operands = { inputs: [Float32Array.of(1, Infinity)] };
    const expected = referenceOperation(problem, operands.inputs);
    // Each output has a second row with a weight of 0, which is the first row again.
    expect([...expected]).toEqual([NaN, NaN, NaN, NaN]);
    for (const [actual, ok] of [
      [[1, Infinity, Infinity, Infinity], true],
      [[NaN, NaN, NaN, NaN], true],
      [[1.001, Infinity, Infinity, Infinity], false],
      [[1, 2, Infinity, Infinity], false],
      [[1, -Infinity, Infinity, Infinity], false],
    ] as const) {
      expect(checkOperation(problem, operands, expected, actual).ok).toBe(ok);
    }
  });
});

test("operands of a seed are the same each time, none is 0, and integers stay exact under a product", () => {
  for (const text of ALL) {
    const problem = parseOperation(text);
    const { inputs, slope } = makeOperationOperands(problem, "integer", 3);
    expect({ inputs, slope }, formatOperation(problem)).toEqual({
      slope,
      ...makeOperationOperands(problem, "integer", 3),
    });
    for (const data of inputs) {
      expect(data.every((x) => Number.isInteger(x) && x !== 0 && Math.abs(x) < 1000)).toBe(true);
    }
  }
});
