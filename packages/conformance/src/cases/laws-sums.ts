/** Laws of what is summed: a convolution is linear, and bias, residual and activation come after it. */

import { activationRange } from "@convene/core/backend";
import { makeOperands } from "../operands.js";
import { changed, lawProblems } from "./laws-problems.js";
import { type Law, mustEqual } from "./laws-runner.js";

export const SUM_LAWS: readonly Law[] = [
  {
    name: "a combination of inputs gives the same combination of outputs",
    example: "ic2_ih4_oc3_kh3_nobias",
    problems: lawProblems({ bias: "none", residual: "none", activation: "none" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const other = makeOperands(problem, "integer", seed + 1).input;
      const combine = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, at) => 3 * x - 2 * b[at]!);
      const [one, two, both] = [
        await convolve(problem, operands),
        await convolve(problem, { ...operands, input: other }),
        await convolve(problem, { ...operands, input: combine(operands.input, other) }),
      ];
      const error = both.error + 3 * one.error + 2 * two.error;
      mustEqual(problem, both.output, combine(one.output, two.output), error);
    },
  },
  {
    name: "a sum of weights gives the sum of outputs",
    example: "ic2_ih4_oc3_kh3_nobias",
    problems: lawProblems({ bias: "none", residual: "none", activation: "none" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const other = makeOperands(problem, "integer", seed + 1).weight;
      const [one, two, both] = [
        await convolve(problem, operands),
        await convolve(problem, { ...operands, weight: other }),
        await convolve(problem, { ...operands, weight: operands.weight.map((w, at) => w + other[at]!) }),
      ];
      mustEqual(
        problem,
        both.output,
        one.output.map((y, at) => y + two.output[at]!),
        both.error + one.error + two.error,
      );
    },
  },
  {
    name: "bias and residual are added, and the activation clamps what comes of it",
    example: "ic2_ih4_oc3_kh3_residual_relu",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { oc, oh, ow } = problem;
      const { bias, residual, ...rest } = makeOperands(problem, "integer", seed);
      const plain = changed(problem, { bias: false, residual: false, activation: undefined });
      const [min, max] = activationRange(problem.activation);
      const { output, error } = await convolve(plain, rest);
      const expected = output.map((y, at) => {
        const sum = y + (bias?.[Math.floor(at / (oh * ow)) % oc] ?? 0) + (residual?.[at] ?? 0);
        return Math.min(Math.max(sum, min), max);
      });
      const whole = await convolve(problem, { ...rest, bias, residual });
      mustEqual(problem, whole.output, expected, whole.error + error);
    },
  },
];
