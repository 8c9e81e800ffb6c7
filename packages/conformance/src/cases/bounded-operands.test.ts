/** The operands of `bounded` are what their names say, and each kind of operands shows the fault that it is there for. */

import { type Conv2dProblem, outputShape, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { accumulate } from "../faulty-backends/accumulate.js";
import type { Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { checkBounded } from "../rules.js";
import { boundedCases, KERNEL_PROBLEMS, LONG_SUMS } from "./bounded.js";
import {
  cancelling,
  oneSign,
  type OperandMaker,
  SUBNORMAL_OPERANDS,
  wideScales,
  wideValues,
} from "./bounded-operands.js";

const MAKERS: Readonly<Record<string, OperandMaker>> = {
  cancelling,
  oneSign,
  wideValues,
  wideScales,
  ...SUBNORMAL_OPERANDS,
};
const PROBLEMS = [...KERNEL_PROBLEMS, ...LONG_SUMS].map(parseProblem);
const SMALLEST_NORMAL = 2 ** -126;

const sizes = (data: ArrayLike<number> | undefined): readonly number[] => Array.from(data ?? [], Math.abs);
const largest = (data: ArrayLike<number> | undefined): number => sizes(data).reduce((a, b) => Math.max(a, b), 0);
const smallest = (data: ArrayLike<number> | undefined): number =>
  sizes(data).reduce((a, b) => Math.min(a, b), Infinity);

describe.each(Object.entries(MAKERS))("%s", (_name, make) => {
  test("and all sums are finite; only a weight that cancels the others may be zero", () => {
    for (const problem of PROBLEMS) {
      const operands = make(problem, 1);
      const { magnitude } = referenceConv2d(problem, operands);
      expect(largest(magnitude)).toBeLessThan(2 ** 127);
      for (const data of [operands.input, operands.weight]) {
        expect(data.every(Number.isFinite)).toBe(true);
        expect(data.filter((x) => x !== 0).length).toBeGreaterThan(data.length * 0.9);
      }
      expect([operands.bias?.length ?? 0, operands.residual?.length ?? 0]).toEqual([
        problem.bias ? problem.oc : 0,
        problem.residual ? outputShape(problem).reduce((a, b) => a * b) : 0,
      ]);
    }
  });

  test("are the same for the same seed, and differ for another seed", () => {
    expect(make(PROBLEMS[0]!, 1)).toEqual(make(PROBLEMS[0]!, 1));
    expect(make(PROBLEMS[0]!, 1)).not.toEqual(make(PROBLEMS[0]!, 2));
  });

  test("pass with float32 sums in the plainest order", () => {
    for (const problem of KERNEL_PROBLEMS.map(parseProblem)) {
      expect(verdictOn(problem, make(problem, 1), Math.fround)).toMatchObject({ ok: true });
    }
  });
});

/** The suite's verdict on a backend that rounds sums by `round`. */
function verdictOn(problem: Conv2dProblem, operands: Operands, round: (x: number) => number) {
  const { output, magnitude } = referenceConv2d(problem, operands);
  return checkBounded(Float32Array.from(accumulate(problem, operands, round)), output, magnitude, problem);
}

test("sums that nearly cancel lose most of their digits", () => {
  const problem = parseProblem("ic512_ih3_oc9_kh3");
  const { output, magnitude } = referenceConv2d(problem, cancelling(problem, 1));
  expect(output.every((y, at) => y !== 0 && Math.abs(y) < magnitude[at]! * 2 ** -12)).toBe(true);
});

test("a residual takes away what a sum leaves, down to its rounding", () => {
  const problem = parseProblem("n2_ic24_ih5_oc21_kh1_residual");
  const { output, magnitude } = referenceConv2d(problem, cancelling(problem, 1));
  expect(output.some((y) => y !== 0)).toBe(true);
  expect(output.every((y, at) => Math.abs(y) < magnitude[at]! * 2 ** -23)).toBe(true);
});

test("a wide range reaches from 1e-20 to 1e20", () => {
  const { input } = wideValues(parseProblem(KERNEL_PROBLEMS[2]!), 1);
  expect(smallest(input)).toBeGreaterThanOrEqual(0.99e-20);
  expect(smallest(input)).toBeLessThan(1e-19);
  expect(largest(input)).toBeGreaterThan(1e19);
  expect(largest(input)).toBeLessThanOrEqual(1.01e20);
});

test("if each output has values of one size, the bound of small outputs is as narrow as the bound of large outputs", () => {
  const problem = parseProblem("n8_ic3_ih4_oc16_kh3");
  const { output } = referenceConv2d(problem, wideScales(problem, 1));
  expect(largest(output) / smallest(output)).toBeGreaterThan(1e30);
});

describe("subnormal numbers", () => {
  const problem = parseProblem(KERNEL_PROBLEMS[0]!);
  const flush = (x: number): number => (Math.abs(x) < SMALLEST_NORMAL ? 0 : Math.fround(x));

  test("are in the operands that the name says", () => {
    const made = (name: string): Operands => SUBNORMAL_OPERANDS[name]!(problem, 1);
    expect(largest(made("subnormal inputs").input)).toBeLessThan(SMALLEST_NORMAL);
    expect(largest(made("subnormal weights").weight)).toBeLessThan(SMALLEST_NORMAL);
    const { input, weight } = made("subnormal products");
    expect(smallest(input)).toBeGreaterThan(SMALLEST_NORMAL);
    expect(smallest(weight)).toBeGreaterThan(SMALLEST_NORMAL);
    expect(largest(input) * largest(weight)).toBeLessThan(SMALLEST_NORMAL);
  });

  test.each(Object.entries(SUBNORMAL_OPERANDS))("%s: a backend that flushes them to zero fails", (_name, make) => {
    const operands = make(problem, 1);
    const { input, weight, bias } = operands;
    const flushed = { input: input.map(flush), weight: weight.map(flush), bias: bias?.map(flush) };
    const { output, magnitude } = referenceConv2d(problem, operands);
    const wrong = accumulate(problem, flushed, flush);
    expect(checkBounded(Float32Array.from(wrong), output, magnitude, problem).ok).toBe(false);
  });
});

test("each case has a name of its own; those with subnormal numbers say that they need them", async () => {
  const cases = await boundedCases({ randomProblems: 0 });
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  for (const { name, needs } of cases) expect(needs?.includes("subnormals") ?? false).toBe(name.includes("subnormal"));
});

test("the longest sum has 4608 products", () => {
  const terms = LONG_SUMS.map(parseProblem).map(({ ic, g, kh, kw }) => (ic / g) * kh * kw);
  expect(Math.max(...terms)).toBe(4608);
});
