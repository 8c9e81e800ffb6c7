/** Real operands that show faults of arithmetic which ordinary operands hide. The bound holds for all of these operands. */

import { type Conv2dProblem, inputShape, outputShape, type Shape4, weightShape } from "@convene/core";
import { makeOperands, type Operands } from "../operands.js";
import { randomSource } from "../random-source.js";
import { rememberedConv2d } from "../remembered-reference.js";

export type OperandMaker = (problem: Conv2dProblem, seed: number) => Operands;

/** Values of both signs. `magnitude` gives the size of each value. */
function fill(shape: Shape4, random: () => number, magnitude: (index: number) => number): Float32Array {
  const data = new Float32Array(shape[0] * shape[1] * shape[2] * shape[3]);
  return data.map((_, index) => (random() < 0.5 ? -1 : 1) * magnitude(index));
}

/** All four operands. Each operand has its own sizes of values. */
function operandsOf(
  problem: Conv2dProblem,
  random: () => number,
  sizes: { readonly [K in keyof Operands]-?: (index: number) => number },
): Operands {
  return {
    input: fill(inputShape(problem), random, sizes.input),
    weight: fill(weightShape(problem), random, sizes.weight),
    bias: problem.bias ? fill([1, problem.oc, 1, 1], random, sizes.bias) : undefined,
    residual: problem.residual ? fill(outputShape(problem), random, sizes.residual) : undefined,
  };
}

/** The relative difference of inputs that nearly cancel. */
const DIFFERENCE = 2 ** -12;

/**
 * Sums that nearly cancel. The inputs are nearly 1, the weights of each output add up to nearly 0, and a residual subtracts
 * the rest. So mostly rounding errors remain, and these must be no larger than those of float32.
 */
export const cancelling: OperandMaker = (problem, seed) => {
  const random = randomSource(seed);
  const weight = fill(weightShape(problem), random, () => 0.5 + random());
  const terms = weight.length / problem.oc;
  for (let o = 0; o < problem.oc; o++) {
    const last = (o + 1) * terms - 1;
    weight[last] = 0;
    weight[last] = -weight.subarray(o * terms, last).reduce((sum, w) => sum + w, 0);
  }
  const operands: Operands = {
    input: fill(inputShape(problem), random, () => 1).map(() => 1 + DIFFERENCE * (random() - 0.5)),
    weight,
    bias: problem.bias ? fill([1, problem.oc, 1, 1], random, () => DIFFERENCE * random()) : undefined,
  };
  if (!problem.residual) return operands;
  const sum = rememberedConv2d({ ...problem, residual: false, activation: undefined }, operands).output;
  return { ...operands, residual: Float32Array.from(sum, (y) => -y) };
};

/** Sizes evenly spread over the exponents from `10^-digits` to `10^digits`. */
function spread(random: () => number, digits: number): () => number {
  return () => 10 ** ((2 * random() - 1) * digits);
}

/** Values from 1e-20 to 1e20, side by side in every sum. Weights have a smaller range, so that no product leaves float32's range. */
export const wideValues: OperandMaker = (problem, seed) => {
  const random = randomSource(seed);
  const [input, weight, added] = [spread(random, 20), spread(random, 15), spread(random, 35)];
  return operandsOf(problem, random, { input, weight, bias: added, residual: added });
};

/**
 * The same range, but the values of one image, and those of one output channel, have one size. So the bound of an output is
 * narrow, at 1e-35 and at 1e35. In `wideValues` the largest product hides the others.
 */
export const wideScales: OperandMaker = (problem, seed) => {
  const random = randomSource(seed);
  const perImage = Array.from({ length: problem.n }, spread(random, 20));
  const perChannel = Array.from({ length: problem.oc }, spread(random, 15));
  const { ic, ih, iw, oc, oh, ow, g, kh, kw } = problem;
  const ordinary = (): number => 0.5 + random();
  const channelOf = (index: number): number => Math.floor(index / (oh * ow)) % oc;
  const imageOf = (index: number): number => Math.floor(index / (oc * oh * ow));
  return operandsOf(problem, random, {
    input: (index) => perImage[Math.floor(index / (ic * ih * iw))]! * ordinary(),
    weight: (index) => perChannel[Math.floor(index / ((ic / g) * kh * kw))]! * ordinary(),
    // All images share one bias, so the bias has the size of the first image.
    bias: (index) => perImage[0]! * perChannel[index]! * ordinary(),
    residual: (index) => perImage[imageOf(index)]! * perChannel[channelOf(index)]! * ordinary(),
  });
};

/** Long sums of one sign. They grow far larger than their terms, so an addition with too few bits loses the last terms. */
export const oneSign: OperandMaker = (problem, seed) => {
  const { input, weight, bias, residual } = makeOperands(problem, "real", seed);
  const positive = (data: Float32Array): Float32Array => data.map(Math.abs);
  return {
    input: positive(input),
    weight: positive(weight),
    bias: bias && positive(bias),
    residual: residual && positive(residual),
  };
};

/** Float32's smallest normal number. Smaller numbers are subnormal. */
const SMALLEST_NORMAL = 2 ** -126;

/** A number, evenly spread over the exponents of `[2^-from, 2^-to)`. */
function tiny(random: () => number, from: number, to: number): () => number {
  return () => 2 ** -(to + (from - to) * random());
}

/** Operands with subnormal numbers: in the operands themselves, or only in their products. */
export const SUBNORMAL_OPERANDS: Readonly<Record<string, OperandMaker>> = {
  "subnormal inputs": (problem, seed) => {
    const random = randomSource(seed);
    const subnormal = tiny(random, 136, 127);
    return operandsOf(problem, random, {
      input: subnormal,
      weight: () => 0.5 + random(),
      bias: subnormal,
      residual: subnormal,
    });
  },
  "subnormal weights": (problem, seed) => {
    const random = randomSource(seed);
    const subnormal = tiny(random, 136, 127);
    return operandsOf(problem, random, {
      input: () => 0.5 + random(),
      weight: subnormal,
      bias: subnormal,
      residual: subnormal,
    });
  },
  "subnormal products": (problem, seed) => {
    const random = randomSource(seed);
    return operandsOf(problem, random, {
      input: tiny(random, 72, 68),
      weight: tiny(random, 65, 60),
      bias: () => SMALLEST_NORMAL * random(),
      residual: () => SMALLEST_NORMAL * random(),
    });
  },
};
