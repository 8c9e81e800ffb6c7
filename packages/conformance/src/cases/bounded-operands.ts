/** Real operands on which arithmetic goes wrong that is right on ordinary ones. The bound holds for all of them. */

import { type Conv2dProblem, inputShape, outputShape, type Shape4, weightShape } from "@convene/core";
import { makeOperands, type Operands } from "../operands.js";
import { randomSource } from "../random-source.js";
import { rememberedConv2d } from "../remembered-reference.js";

export type OperandMaker = (problem: Conv2dProblem, seed: number) => Operands;

/** Values of both signs, of the size that `magnitude` gives, one by one. */
function fill(shape: Shape4, random: () => number, magnitude: (index: number) => number): Float32Array {
  const data = new Float32Array(shape[0] * shape[1] * shape[2] * shape[3]);
  return data.map((_, index) => (random() < 0.5 ? -1 : 1) * magnitude(index));
}

/** All four operands, each with its own sizes of values. */
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

/** How far inputs that nearly cancel are from being equal. */
const DIFFERENCE = 2 ** -12;

/**
 * Sums that nearly cancel: the inputs are nearly 1, the weights of each output add up to nearly 0, and a residual takes
 * away what is left, so that mostly rounding errors remain. They must be those of float32.
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

/** From 1e-20 to 1e20, side by side in every sum. Weights reach less far, so that no product leaves float32's range. */
export const wideValues: OperandMaker = (problem, seed) => {
  const random = randomSource(seed);
  const [input, weight, added] = [spread(random, 20), spread(random, 15), spread(random, 35)];
  return operandsOf(problem, random, { input, weight, bias: added, residual: added });
};

/**
 * The same range, but each image and each output channel keeps to one size: the bound of an output is narrow then, at
 * 1e-35 as at 1e35, where in `wideValues` the largest product hides the others.
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
    // One bias for all images: it is of the first one's size.
    bias: (index) => perImage[0]! * perChannel[index]! * ordinary(),
    residual: (index) => perImage[imageOf(index)]! * perChannel[channelOf(index)]! * ordinary(),
  });
};

/** Long sums of one sign: they grow far past their terms, and whoever adds with too few bits loses the last ones. */
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

/** Float32's smallest normal number; what is below is subnormal. */
const SMALLEST_NORMAL = 2 ** -126;

/** Evenly spread over the exponents of `[2^-from, 2^-to)`. */
function tiny(random: () => number, from: number, to: number): () => number {
  return () => 2 ** -(to + (from - to) * random());
}

/** Subnormal numbers among what a convolution reads, or only where it multiplies. */
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
