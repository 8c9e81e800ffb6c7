/** Operations at the level of memory, on every kernel set, against their definitions. */

import { randomSource } from "@convene/conformance";
import { formatOperation, parseOperation, type OperationProblem, operationInputShapes } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import { describe, expect, it } from "vitest";
import { createJsKernels } from "../js-kernels/index.js";
import type { KernelSet } from "../kernel-set.js";
import { loadWasmKernels } from "../wasm.js";
import { allowance } from "../testing/allowance.js";
import { LIMIT, type Operands, operandsOf, runOperation } from "../testing/bench.js";
import { outputOf } from "../testing/definitions.js";
import { OPERATION_PROBLEMS } from "../testing/problems.js";

const KERNEL_SETS: readonly (readonly [name: string, load: () => Promise<KernelSet>])[] = [
  ["simd128", () => loadWasmKernels({ simd: "simd128" }, LIMIT)],
  ["relaxed", () => loadWasmKernels({ simd: "relaxed" }, LIMIT)],
  ["JavaScript", async () => createJsKernels(LIMIT)],
];

/** Where the output is not what it should be, in words. */
function firstWrong(problem: OperationProblem, output: Float32Array, { inputs, slope }: Operands): string | undefined {
  const expected = outputOf(problem, inputs, slope);
  for (const [at, value] of expected.entries()) {
    const actual = output[at]!;
    const rounded = Math.fround(value);
    if (Object.is(actual, rounded) || actual === rounded) continue;
    if (Math.abs(actual - value) <= allowance(problem, value)) continue;
    return `element ${at} is ${actual}; expected ${value}`;
  }
  return undefined;
}

it("the problems of these tests have every kind of operation", () => {
  expect([...new Set(OPERATION_PROBLEMS.map(({ kind }) => kind))].sort()).toEqual([...OPERATION_KINDS].sort());
});

describe.each(KERNEL_SETS)("%s", (_, load) => {
  it.each([1, 7, 40])(
    "computes each problem in any division of its jobs, of which there are at least %i, and writes nothing else",
    async (leastJobs) => {
      const kernels = await load();
      const next = randomSource(leastJobs);
      for (const problem of OPERATION_PROBLEMS) {
        const operands = operandsOf(problem, 5);
        const { output, overwritten } = runOperation(kernels, problem, operands, { leastJobs, next });
        expect(firstWrong(problem, output, operands), formatOperation(problem)).toBeUndefined();
        expect(overwritten, `${formatOperation(problem)}: byte that was overwritten`).toBeUndefined();
      }
    },
  );

  it("avgPool2d, add and multiply are exact on small integers", async () => {
    const kernels = await load();
    for (const problem of OPERATION_PROBLEMS) {
      if (!["avgPool2d", "add", "multiply"].includes(problem.kind)) continue;
      const operands = operandsOf(problem, 3, (random) => Math.floor(15 * random) - 7);
      const { output } = runOperation(kernels, problem, operands);
      const expected = Float32Array.from(outputOf(problem, operands.inputs, operands.slope), (value) => value + 0);
      expect(
        output.map((value) => value + 0),
        formatOperation(problem),
      ).toEqual(expected);
    }
  });

  it("an average of many elements keeps its digits: one sum of 60,000 tenths is 6e-4 off", async () => {
    const kernels = await load();
    for (const text of [
      "avgPool2d_c16_ih112_kh112",
      "avgPool2d_c3_ih224_iw225_kh224_kw225",
      "avgPool2d_c4_ih1_iw60000_kh1_kw60000",
      "avgPool2d_c4_ih60000_iw1_kh60000_kw1",
    ]) {
      const problem = parseOperation(text);
      const operands = operandsOf(problem, 3, () => 0.1);
      const { output } = runOperation(kernels, problem, operands);
      for (const value of output) expect(Math.abs(value / Math.fround(0.1) - 1), text).toBeLessThan(1e-5);
    }
  });

  it("a normalisation of many elements keeps its digits, also far from zero", async () => {
    const kernels = await load();
    for (const text of [
      "groupNorm_g3_c3_h224_w225",
      "groupNorm_g1_c4_h1_w60000",
      "groupNorm_g2_c6_h60000_w1",
      "layerNorm_c1024_h1_w2",
    ]) {
      const problem = parseOperation(text);
      const operands = operandsOf(problem, 3, (__, at) => 100 + ((at * 7919) % 1000) / 1000);
      const { output } = runOperation(kernels, problem, operands);
      const expected = outputOf(problem, operands.inputs, undefined);
      const worst = output.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
      // A rounding of the mean, 100.5, is 1.3e-5 of the deviation.
      expect(worst, text).toBeLessThan(6e-5);
    }
  });

  it("gives NaN and infinities as the definition of the operation does", async () => {
    const kernels = await load();
    const special = [NaN, Infinity, -Infinity, -0, 3e38, -3e38, 1e-40];
    for (const problem of OPERATION_PROBLEMS) {
      // Sums and squares of such numbers overflow in float32 sooner than in float64.
      if (["avgPool2d", "groupNorm", "layerNorm"].includes(problem.kind)) continue;
      const operands = operandsOf(problem, 11, (random, at) =>
        random < 0.2 ? special[at % special.length]! : random - 0.5,
      );
      const { output } = runOperation(kernels, problem, operands);
      const expected = outputOf(problem, operands.inputs, operands.slope);
      const kindOf = (value: number): string =>
        Number.isNaN(value) ? "NaN" : Math.abs(value) > 1e38 ? `${Math.sign(value)} large` : "finite";
      expect(Array.from(output, kindOf), formatOperation(problem)).toEqual(
        Array.from(expected, (value) => kindOf(Math.fround(value))),
      );
    }
  });

  it("reads nothing past the end of memory if an input lies at the end", async () => {
    const kernels = await load();
    kernels.memory.grow(2 ** 20);
    for (const problem of OPERATION_PROBLEMS) {
      const operands = operandsOf(problem, 7);
      for (const atEnd of operationInputShapes(problem).keys()) {
        const { output } = runOperation(kernels, problem, operands, { atEnd });
        expect(firstWrong(problem, output, operands), formatOperation(problem)).toBeUndefined();
      }
    }
  });
});
