/**
 * non-finite: subnormal numbers, which are the float32 numbers below 2⁻¹²⁶. The smallest is 2⁻¹⁴⁹. If inputs, weights, products
 * or sums are small integers times 2⁻¹⁴⁹, every sum is exact with gradual underflow, in any order. So there is exactly one right
 * result, and it is not 0.
 */

import { parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { checkOperands } from "../check-problem.js";
import { makeOperands, type Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { sparsely } from "./quick.js";
import { roundTrip } from "./non-finite-planted.js";

const PROBLEMS = [
  "ic5_ih6_oc11_kh3_ph1",
  "ic6_ih4_oc5_kh1_nobias",
  "g12_ic12_ih6_oc12_kh3_ph1",
  "g6_ic6_ih8_oc6_kh5_ph2",
  "g4_ic16_ih5_oc16_kh3_ph1_residual_relu",
];

/** Powers of two that scale the operands. Products are scaled by `input` times `weight`, and so are bias and residual. */
const SCALES: Record<string, { readonly input: number; readonly weight: number }> = {
  "subnormal inputs": { input: -149, weight: 0 },
  "subnormal weights": { input: 0, weight: -149 },
  "normal operands with subnormal products": { input: -75, weight: -74 },
};

export function subnormalCases(): readonly ConformanceCase[] {
  return [
    ...sparsely(
      3,
      PROBLEMS.flatMap((text) => {
        const problem = parseProblem(text);
        const exact = Object.entries(SCALES).map(([what, { input, weight }]) =>
          subnormalCase(text, what, () => scaled(makeOperands(problem, "integer", 1), input, weight), true),
        );
        const real = (): Operands => scaled(makeOperands(problem, "real", 1), -70, -65);
        return [...exact, subnormalCase(text, "real values around the smallest normal", real, false)];
      }),
    ),
    cancelling(),
    {
      suite: "non-finite",
      name: "upload and read keep subnormals",
      needs: ["subnormals"],
      run: (context) => roundTrip(context, [2 ** -149, -(2 ** -149), 2 ** -126 - 2 ** -149, 2 ** -130]),
    },
  ];
}

function subnormalCase(text: string, what: string, make: () => Operands, exact: boolean): ConformanceCase {
  const problem = parseProblem(text);
  return {
    suite: "non-finite",
    name: `${text}: ${what}`,
    problems: [problem],
    needs: ["subnormals"],
    run: async ({ backend, accuracy }) => {
      const operands = make();
      const expected = rememberedConv2d(problem, operands);
      // Integers times a power of two are as exact as integers.
      return checkOperands(backend, problem, exact ? "integer" : "real", operands, expected, { accuracy });
    },
  };
}

/** `operands` times powers of two. No digit is lost if the results are multiples of 2⁻¹⁴⁹. */
function scaled({ input, weight, bias, residual }: Operands, inputPower: number, weightPower: number): Operands {
  const by = (power: number) => (x: number) => x * 2 ** power;
  const sum = by(inputPower + weightPower);
  return {
    input: input.map(by(inputPower)),
    weight: weight.map(by(weightPower)),
    bias: bias?.map(sum),
    residual: residual?.map(sum),
  };
}

/** Differences of neighbouring normal numbers, which are subnormal. A device that flushes only results loses only these. */
function cancelling(): ConformanceCase {
  const text = "ic2_ih4_oc3_kh1_nobias";
  const pixels = 16;
  const operands = (): Operands => ({
    input: Float32Array.from({ length: 2 * pixels }, (_, at) => (2 ** 23 + (at < pixels ? at + 1 : 0)) * 2 ** -149),
    weight: Float32Array.of(1, -1, -1, 1, 1, 0),
  });
  return subnormalCase(text, "normal operands that cancel to a subnormal", operands, true);
}
