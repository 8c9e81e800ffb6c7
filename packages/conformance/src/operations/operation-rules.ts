/**
 * The largest allowed difference between an operation's result and the reference. It is the same for every backend, and float32
 * can keep it for each kind. u = 2⁻²⁴, γ(k) as in rules.ts; an ulp of y is at most 2·u·|y|.
 *
 * - An operation that moves or selects values (maxPool2d, concat, slice, channelShuffle, pad, upsample with mode nearest, pixelShuffle,
 *   reshape, clamps, the upper half of leakyRelu and prelu) is exact.
 * - add, multiply: one rounding, γ(1)·|a ∘ b|. A multiplication may lose half of the smallest subnormal as well.
 * - leakyRelu and prelu below 0: γ(2)·|y|.
 * - avgPool2d: γ(k)·Σ|x|/d, k = elements of the window + 2, in any order of summation, divided or multiplied by 1/d.
 * - upsample with mode bilinear: γ(8)·Σ|w·x| over the four pixels: a weight is a product of two, each of them 1 − w or w.
 * - hardSigmoid: γ(4)·(|αx| + |β|), absolute, because the sum cancels near 0. hardSwish: this bound times |x|, and
 *   γ(4)·|y|.
 * - sigmoid, silu, tanh, gelu, geluTanh: `FUNCTION_BOUNDS`: three terms, and the loss by underflow.
 * - softmax: the bound of each exp, γ(c) for the sum over channels, and the quotient; see `softmaxBound`.
 * - groupNorm, layerNorm: the errors of the mean and of the variance, and the roundings behind them; see `normalizationBound`.
 *
 * A clamp behind an operation makes no error larger. If all of [y − error, y + error] lies beyond an end of the clamp, the result
 * is exactly this end.
 */

import type { Activation, OperationKind, OperationProblem, SoftmaxProblem } from "@convene/core";
import { activationRange, isClamp } from "@convene/core/backend";
import { checkMoved, checkWithin, gamma, UNDERFLOW, type Verdict } from "../rules.js";
import { clamp, type FunctionName, functionName, FUNCTIONS, hardSigmoidLine } from "./activation-function.js";
import { normalizationBound } from "./normalization-sets.js";
import type { OperationOperands } from "./operation-operands.js";
import { referenceOperation } from "./reference-operation.js";
import { type ResizeSource, resizeSources } from "./resize-sources.js";

const UNIT_ROUNDOFF = 2 ** -24;
/** Float32's smallest normal number. Below it exp may have been flushed to zero, or its reciprocal may have overflowed. */
const SMALLEST_NORMAL = 2 ** -126;

/** The largest error of a float32 function, without underflow. */
export interface FunctionBound {
  /** Units in the last place of the result: the error of a polynomial and of the operations around it. */
  readonly ulps: number;
  /**
   * Error of the argument x, in units roundoff. For example, exp(x) may be computed as 2^(x·log2 e). The error of the result is
   * this number times |x·f'(x)|, the condition of f.
   */
  readonly argument: number;
  /**
   * Error of a sum that cancels, in units roundoff of |x|. gelu is x·(1 + erf)/2 and geluTanh is x·(1 + tanh)/2. For x < 0 the
   * sum cancels, so its error is relative to 1 and not to the result. PyTorch's float32 has the same error.
   */
  readonly sum: number;
}

/** The bounds of functions, which are the same for every backend. */
export const FUNCTION_BOUNDS: Readonly<Record<FunctionName | "exp", FunctionBound>> = {
  sigmoid: { ulps: 16, argument: 4, sum: 0 },
  silu: { ulps: 16, argument: 4, sum: 0 },
  tanh: { ulps: 16, argument: 4, sum: 0 },
  gelu: { ulps: 16, argument: 4, sum: 8 },
  geluTanh: { ulps: 16, argument: 4, sum: 8 },
  exp: { ulps: 16, argument: 4, sum: 0 },
};

/** Kinds whose results are elements of their inputs, or the value of a padding. A zero keeps its sign too. */
const MOVES: ReadonlySet<OperationKind> = new Set([
  "concat",
  "slice",
  "channelShuffle",
  "pad",
  "pixelShuffle",
  "reshape",
]);

const PRELU_ROUNDINGS = 2;
const BILINEAR_ROUNDINGS = 8;
const HARD_ROUNDINGS = 4;

/**
 * Compares a result, in NCHW, with the reference, by the rule of its kind.
 *
 * @throws RangeError if the arrays differ in length
 */
export function checkOperation(
  problem: OperationProblem,
  operands: OperationOperands,
  expected: Float64Array,
  actual: ArrayLike<number>,
): Verdict {
  if (MOVES.has(problem.kind)) return checkMoved(actual, expected);
  const wanted = eitherOf(problem, operands, expected, actual);
  return checkWithin(actual, wanted, operationBound(problem, operands, expected) ?? 0);
}

/**
 * The largest allowed difference of each element from the reference, in NCHW. Undefined if the result must be exact.
 *
 * @throws RangeError if a sum has so many terms that no error bound holds
 */
export function operationBound(
  problem: OperationProblem,
  operands: OperationOperands,
  expected: Float64Array,
): Float64Array | undefined {
  const [input] = operands.inputs;
  switch (problem.kind) {
    case "maxPool2d":
    case "concat":
    case "slice":
    case "channelShuffle":
    case "pad":
    case "pixelShuffle":
    case "reshape":
      return undefined;
    case "upsample": {
      if (problem.mode === "nearest") return undefined;
      return magnitudes(problem, operands).map(
        (each) => gamma(BILINEAR_ROUNDINGS) * each + BILINEAR_ROUNDINGS * UNDERFLOW,
      );
    }
    case "avgPool2d": {
      const k = problem.kh * problem.kw + 2;
      return magnitudes(problem, operands).map((each) => gamma(k) * each + k * UNDERFLOW);
    }
    case "add":
    case "multiply": {
      const { activation, ...bare } = problem;
      const [min, max] = activationRange(activation);
      const lost = problem.kind === "multiply" ? UNDERFLOW : 0;
      return referenceOperation({ ...bare, activation: undefined }, operands.inputs).map((each) =>
        throughClamp(each, gamma(1) * Math.abs(each) + lost, min, max),
      );
    }
    case "prelu":
      return expected.map((y, at) => slopeBound(input![at]!, y));
    case "activation":
      return activationBound(problem.activation, input!, expected);
    case "softmax":
      return softmaxBound(problem, input!, expected);
    case "groupNorm":
    case "layerNorm":
      return normalizationBound(problem, input!);
  }
}

/**
 * Σ|w·x| for each output of an operation that sums with weights >= 0. Values that are not finite are left out, because a result
 * that contains one has no bound.
 */
function magnitudes(problem: OperationProblem, { inputs }: OperationOperands): Float64Array {
  return referenceOperation(
    problem,
    inputs.map((data) => data.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0))),
  );
}

function slopeBound(x: number, y: number): number {
  return x > 0 ? 0 : gamma(PRELU_ROUNDINGS) * Math.abs(y) + UNDERFLOW;
}

function activationBound(
  activation: Activation,
  input: Float32Array,
  expected: Float64Array,
): Float64Array | undefined {
  if (isClamp(activation)) return undefined;
  const name = functionName(activation);
  if (name) return expected.map((y, at) => functionBound(name, input[at]!, y));
  if (typeof activation === "object" && "leakyRelu" in activation) {
    return expected.map((y, at) => slopeBound(input[at]!, y));
  }
  const [alpha, beta] = hardSigmoidLine(activation);
  return expected.map((y, at) => {
    const x = input[at]!;
    const error = gamma(HARD_ROUNDINGS) * (Math.abs(alpha * x) + Math.abs(beta));
    const gate = throughClamp(alpha * x + beta, error, 0, 1);
    if (activation !== "hardSwish") return gate;
    return Math.abs(x) * gate + gamma(HARD_ROUNDINGS) * Math.abs(y) + UNDERFLOW;
  });
}

/** The bound of a function of `FUNCTIONS` at x, where its value is y. */
function functionBound(name: FunctionName, x: number, y: number): number {
  const { ulps, argument, sum } = FUNCTION_BOUNDS[name];
  const condition = Math.abs(x * FUNCTIONS[name].slope(x));
  // The function has x as a factor, so the loss by underflow is x times as large.
  const lost = SMALLEST_NORMAL * (name === "sigmoid" || name === "tanh" ? 1 : 1 + Math.abs(x));
  return UNIT_ROUNDOFF * (2 * ulps * Math.abs(y) + argument * condition + sum * Math.abs(x)) + lost;
}

/**
 * y = e(x) / Σe with e(x) = exp(x − m). Each e has the error of exp and the error of its argument, whose condition is |x − m|. The
 * error of the sum is the mean of these errors with the weights y, and the sum's own roundings.
 */
function softmaxBound({ n, c, h, w }: SoftmaxProblem, input: Float32Array, expected: Float64Array): Float64Array {
  const { ulps, argument } = FUNCTION_BOUNDS.exp;
  const bound = new Float64Array(expected.length);
  for (let image = 0; image < n; image++) {
    for (let pixel = 0; pixel < h * w; pixel++) {
      const places = Array.from({ length: c }, (_, channel) => (image * c + channel) * h * w + pixel);
      const max = Math.max(...places.map((at) => input[at]!));
      const distance = (at: number): number => Math.abs(input[at]! - max);
      // A probability of 0 times an infinite distance counts as 0.
      const mean = places.reduce((sum, at) => sum + (expected[at] === 0 ? 0 : expected[at]! * distance(at)), 0);
      for (const at of places) {
        const relative = UNIT_ROUNDOFF * (4 * ulps + argument * (distance(at) + mean)) + gamma(c + 4);
        bound[at] = expected[at] === 0 ? SMALLEST_NORMAL : relative * expected[at]! + SMALLEST_NORMAL;
      }
    }
  }
  return bound;
}

/** The largest difference between clamp(z ± error) and clamp(z). */
function throughClamp(z: number, error: number, min: number, max: number): number {
  if (!Number.isFinite(z)) return 0;
  const y = clamp(z, min, max);
  return Math.max(clamp(z + error, min, max) - y, y - clamp(z - error, min, max));
}

/**
 * The wanted result: `expected`, except where it is NaN for one of two reasons and `actual` has the other right value:
 * - hardSwish, silu, gelu and geluTanh of −Infinity are −Infinity · 0: NaN in PyTorch, 0 in the limit. Either is right.
 * - a pixel that is not finite and has a weight of 0 in a bilinear interpolation may be multiplied or left out.
 */
function eitherOf(
  problem: OperationProblem,
  { inputs }: OperationOperands,
  expected: Float64Array,
  actual: ArrayLike<number>,
): Float64Array {
  const [input] = inputs;
  if (input!.every(Number.isFinite)) return expected;
  if (problem.kind === "activation" && HAS_LIMIT.has(problem.activation)) {
    return expected.map((y, at) => (input![at] === -Infinity && actual[at] === 0 ? 0 : y));
  }
  if (problem.kind !== "upsample" || problem.mode === "nearest") return expected;
  const { ih, iw, oh, ow } = problem;
  const weights = ([low, high, weight]: ResizeSource) => [[low, 1 - weight] as const, [high, weight] as const];
  const rows = resizeSources(problem, ih, oh, problem.scaleH).map(weights);
  const columns = resizeSources(problem, iw, ow, problem.scaleW).map(weights);
  return expected.map((y, at) => {
    if (!Number.isNaN(y) || Number.isNaN(actual[at])) return y;
    const plane = Math.floor(at / (oh * ow));
    let sum = 0;
    for (const [row, down] of rows[Math.floor(at / ow) % oh]!) {
      for (const [column, across] of columns[at % ow]!) {
        if (down * across !== 0) sum += down * across * input![(plane * ih + row) * iw + column]!;
      }
    }
    return sum;
  });
}

const HAS_LIMIT: ReadonlySet<Activation> = new Set<Activation>(["hardSwish", "silu", "gelu", "geluTanh"]);
