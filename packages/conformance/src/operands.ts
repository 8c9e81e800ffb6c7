/** Inputs and parameters for a problem, made from a seed so that a failure can be run again. */

import { type Conv2dProblem, inputShape, outputShape, type Shape4, weightShape } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { randomSource } from "./random-source.js";

/** Everything that one convolution reads, on the host: input and residual in NCHW, weight in OIHW. */
export interface Operands {
  readonly input: Float32Array;
  readonly weight: Float32Array;
  readonly bias?: Float32Array | undefined;
  readonly residual?: Float32Array | undefined;
}

/** `integer`: small integers, with one right answer. `real`: values of mixed sign and magnitude. */
export type OperandKind = "integer" | "real";

/** A copy of the operands for a backend, because a backend may write to its operands. */
export function copyOperands({ input, weight, bias, residual }: Operands): Operands {
  return {
    input: input.slice(),
    weight: weight.slice(),
    ...(bias ? { bias: bias.slice() } : {}),
    ...(residual ? { residual: residual.slice() } : {}),
  };
}

/** Sums are exact in float32 up to this limit: Σ|x||w| + |b| + |r| ≤ 2²⁴. */
const EXACT_LIMIT = 2 ** 24;

/** Sums may spread over this many widths of a clamp. With a larger spread too few sums lie inside the clamp, and a wrong sum would not show. */
const WIDTHS = 2;

/** Functions that draw single values. Weights have their own function, because they are made smaller for a narrow clamp. */
interface Draw {
  value(): number;
  weight(): number;
}

/**
 * Random operands for a problem: small integers that float32 sums exactly, or real values. One seed always gives the same operands. Input
 * and residual are NCHW, weights OIHW.
 *
 * @param seed an integer
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` if `problem` is no valid problem
 */
export function makeOperands(problem: Conv2dProblem, kind: OperandKind, seed: number): Operands {
  const random = randomSource(seed);
  const draw = kind === "integer" ? integers(problem, random) : reals(problem, random);
  const fill = (shape: Shape4, next: () => number): Float32Array => {
    const data = new Float32Array(shape[0] * shape[1] * shape[2] * shape[3]);
    for (let i = 0; i < data.length; i++) data[i] = next();
    return data;
  };
  return {
    input: fill(inputShape(problem), draw.value),
    weight: fill(weightShape(problem), draw.weight),
    bias: problem.bias ? fill([1, problem.oc, 1, 1], draw.value) : undefined,
    residual: problem.residual ? fill(outputShape(problem), draw.value) : undefined,
  };
}

/**
 * Integers from 1 to `m`, of either sign. None is 0, so that a missing tap, bias or residual shows. `m` is 7, or smaller if sums
 * would leave float32's integers or a narrow clamp. For long sums under relu6, `m` = 1 is still too large for the clamp. Then a part
 * of the weights is 0.
 */
function integers(problem: Conv2dProblem, random: () => number): Draw {
  const terms = termsOf(problem);
  const room = WIDTHS * clampWidth(problem);
  // The standard deviation of a sum of products: the mean square of 1 ... m is (m + 1)(2m + 1) / 6.
  const spread = (m: number): number => (((m + 1) * (2 * m + 1)) / 6) * Math.sqrt(terms);
  let m = 7;
  while (m > 1 && (spread(m) > room || terms * m * m + 2 * m > EXACT_LIMIT)) m--;
  const density = Math.min(1, (room / spread(m)) ** 2);
  const value = (): number => (random() < 0.5 ? -1 : 1) * (1 + Math.floor(random() * m));
  return { value, weight: () => (random() < density ? value() : 0) };
}

/**
 * Reals of both signs. About two thirds have ordinary size, and a third is spread over six binary orders of magnitude. Their mean
 * square is about 1.7. Weights are scaled down if a sum would leave a narrow clamp.
 */
function reals(problem: Conv2dProblem, random: () => number): Draw {
  const scale = Math.min(1, (WIDTHS * clampWidth(problem)) / (1.7 * Math.sqrt(termsOf(problem))));
  const draw = (): number => {
    const sign = random() < 0.5 ? -1 : 1;
    return sign * (random() < 0.66 ? random() : 2 ** (random() * 6 - 4) * (1 + random()));
  };
  return { value: draw, weight: () => scale * draw() };
}

/** The number of products in the sum of one output. */
function termsOf(problem: Conv2dProblem): number {
  return (problem.ic / problem.g) * problem.kh * problem.kw;
}

function clampWidth(problem: Conv2dProblem): number {
  const [min, max] = activationRange(problem.activation);
  // A clamp to one value has no inside. It counts as narrow here, and the check will call the result untrusted.
  return Math.max(max - min, 1);
}
