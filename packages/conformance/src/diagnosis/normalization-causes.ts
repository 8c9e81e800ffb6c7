/** Causes of wrong normalisations: what a backend may have taken for the mean, the variance or the group. */

import type { OperationOperands } from "../operations/operation-operands.js";
import { type NormalizationProblem, normalizationSets } from "../operations/normalization-sets.js";
import { referenceOperation } from "../operations/reference-operation.js";
import type { OperationProblem } from "@convene/core";
import type { Cause } from "./conv2d-causes.js";

type OperationCause = Cause<OperationProblem, OperationOperands>;
type GroupNormProblem = Extract<NormalizationProblem, { kind: "groupNorm" }>;

/** What a result may be computed from. */
interface Statistics {
  readonly mean: number;
  /** The mean of the squares. */
  readonly square: number;
  readonly count: number;
  /** The number of channels among the elements. */
  readonly channels: number;
  readonly eps: number;
}

function isNormalization(problem: OperationProblem): problem is NormalizationProblem {
  return problem.kind === "groupNorm" || problem.kind === "layerNorm";
}

/** A cause in which another formula takes the place of `(x − mean) / √(variance + eps)`. */
function byFormula(
  words: string,
  formula: (x: number, of: Statistics & { variance: number }) => number,
): OperationCause {
  return {
    words,
    compute(problem, { inputs }) {
      if (!isNormalization(problem)) return undefined;
      const input = inputs[0]!;
      const output = new Float64Array(input.length);
      for (const set of normalizationSets(problem)) {
        const count = set.length;
        const mean = set.reduce((sum, at) => sum + input[at]!, 0) / count;
        const square = set.reduce((sum, at) => sum + input[at]! ** 2, 0) / count;
        const variance = set.reduce((sum, at) => sum + (input[at]! - mean) ** 2, 0) / count;
        const channels = problem.kind === "layerNorm" ? problem.c : problem.c / problem.g;
        const statistics = { mean, square, variance, count, channels, eps: problem.eps };
        for (const at of set) output[at] = formula(input[at]!, statistics);
      }
      return output;
    },
  };
}

/** A cause in which the elements come in another order, or under another problem. `back` undoes the order. */
function askedAs(
  words: string,
  ask: (problem: NormalizationProblem) => OperationProblem | undefined,
  order?: (problem: NormalizationProblem, data: ArrayLike<number>) => Float32Array,
  back?: (problem: NormalizationProblem, data: Float64Array) => Float64Array,
): OperationCause {
  return {
    words,
    compute(problem, { inputs }) {
      const asked = isNormalization(problem) ? ask(problem) : undefined;
      if (!asked || !isNormalization(problem)) return undefined;
      const result = referenceOperation(asked, [order ? order(problem, inputs[0]!) : inputs[0]!]);
      return back ? back(problem, result) : result;
    },
  };
}

const ofGroups =
  (ask: (problem: GroupNormProblem) => OperationProblem | undefined) =>
  (problem: NormalizationProblem): OperationProblem | undefined =>
    problem.kind === "groupNorm" ? ask(problem) : undefined;

/** Channels in the order of a channel shuffle by `g`. */
function shuffled(p: NormalizationProblem, data: ArrayLike<number>, g: number): Float64Array {
  return referenceOperation({ kind: "channelShuffle", n: p.n, g, c: p.c, h: p.h, w: p.w }, [data]);
}

const groupsOf = (p: NormalizationProblem): number => (p.kind === "groupNorm" ? p.g : 1);

/** All images as one image of `n` times the rows; each channel's rows of all images come one after another. */
function oneImage({ n, c, h, w }: NormalizationProblem, data: ArrayLike<number>, into: "one" | "many"): Float64Array {
  const plane = h * w;
  return Float64Array.from({ length: data.length }, (_, at) => {
    const [first, second] = [Math.floor(at / plane), at % plane];
    const from =
      into === "one"
        ? (first % n) * c + Math.floor(first / n) // plane [channel][image] is plane [image][channel] of the data
        : (first % c) * n + Math.floor(first / c);
    return data[from * plane + second]!;
  });
}

export const NORMALIZATION_CAUSES: readonly OperationCause[] = [
  byFormula(
    "the variance divides by one element less than there are (N − 1, as of a sample)",
    (x, { mean, variance, count, eps }) => (x - mean) / Math.sqrt((variance * count) / Math.max(1, count - 1) + eps),
  ),
  byFormula(
    "eps is added behind the root: to the deviation, not to the variance",
    (x, { mean, variance, eps }) => (x - mean) / (Math.sqrt(variance) + eps),
  ),
  byFormula("eps is left out", (x, { mean, variance }) => (x - mean) / Math.sqrt(variance)),
  byFormula(
    "eps is not read: the default 1e-5 is used",
    (x, { mean, variance }) => (x - mean) / Math.sqrt(variance + Math.fround(1e-5)),
  ),
  byFormula("the mean is not subtracted (as in RMSNorm)", (x, { square, eps }) => x / Math.sqrt(square + eps)),
  byFormula("the variance is not the divisor: the mean is subtracted only", (x, { mean }) => x - mean),
  byFormula(
    "the divisor is the variance, not its root (the deviation)",
    (x, { mean, variance, eps }) => (x - mean) / (variance + eps),
  ),
  byFormula(
    "the variance is the mean of squares: the mean is subtracted from x only",
    (x, { mean, square, eps }) => (x - mean) / Math.sqrt(square + eps),
  ),
  byFormula(
    "the mean and the variance of a group are sums divided by the pixels of one channel, not by all elements",
    (x, { mean, variance, channels, eps }) =>
      (x - mean * channels) / Math.sqrt(channels * (variance + (mean - mean * channels) ** 2) + eps),
  ),
  byFormula(
    "the variance is a sum divided by the pixels of one channel, not by all elements",
    (x, { mean, variance, channels, eps }) => (x - mean) / Math.sqrt(channels * variance + eps),
  ),
  byFormula(
    "the variance is the sum of squared differences, not divided by their number",
    (x, { mean, variance, count, eps }) => (x - mean) / Math.sqrt(count * variance + eps),
  ),
  askedAs(
    "all channels are one group: g is not read",
    ofGroups((p) => (p.g === 1 ? undefined : { ...p, g: 1 })),
  ),
  askedAs(
    "each channel is a group of its own: g is not read",
    ofGroups((p) => (p.g === p.c ? undefined : { ...p, g: p.c })),
  ),
  askedAs(
    "a group has every g-th channel, not channels side by side",
    ofGroups((p) => (p.g === 1 || p.g === p.c ? undefined : p)),
    (p, data) => Float32Array.from(shuffled(p, data, p.c / groupsOf(p))),
    (p, data) => shuffled(p, data, groupsOf(p)),
  ),
  askedAs(
    "the statistics are of the whole batch, not of each image",
    ofGroups((p) => (p.n < 2 ? undefined : { ...p, n: 1, h: p.n * p.h })),
    (p, data) => Float32Array.from(oneImage(p, data, "one")),
    (p, data) => oneImage(p, data, "many"),
  ),
  askedAs("the statistics are of the whole image, not of each pixel's channels", (p) =>
    p.kind === "layerNorm" && p.h * p.w > 1
      ? { kind: "groupNorm", n: p.n, g: 1, c: p.c, h: p.h, w: p.w, eps: p.eps }
      : undefined,
  ),
  askedAs("the statistics are of each row (the last axis), not of each pixel's channels", (p) =>
    p.kind === "layerNorm"
      ? { kind: "groupNorm", n: 1, g: p.n * p.c * p.h, c: p.n * p.c * p.h, h: 1, w: p.w, eps: p.eps }
      : undefined,
  ),
];
