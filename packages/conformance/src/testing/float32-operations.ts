/**
 * Operations as float32 computes them: every sum, product and quotient is rounded, and functions are polynomials. It shows that float32 is enough to pass the rules.
 */

import type { Activation, OperationParameters, OperationProblem, UpsampleProblem } from "@convene/core";
import { activationRange, type BackendImplementation, isClamp, upsampleSources } from "@convene/core/backend";
import { normalizationSets } from "../operations/normalization-sets.js";
import { referenceOperation } from "../operations/reference-operation.js";

const r = Math.fround;
const LN2_HIGH = r(0.693145751953125);
const LN2_LOW = r(Math.LN2 - 0.693145751953125);

/** exp(x) as 2ⁿ·exp(s) with |s| <= ln2 / 2. A result below the normal numbers becomes 0. */
function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 88.72) return Infinity;
  if (x < -87.3) return 0;
  const n = Math.round(r(x * r(Math.LOG2E)));
  const s = r(r(x - r(n * LN2_HIGH)) - r(n * LN2_LOW));
  return r(r(1 + expm1Near0(s)) * 2 ** n);
}

/** exp(x) − 1 for |x| < 0.7, by Taylor's series. */
function expm1Near0(x: number): number {
  let sum = 0;
  for (let k = 9; k >= 1; k--) sum = r(r(x / k) * r(1 + sum));
  return sum;
}

function tanh(x: number): number {
  if (Math.abs(x) < 0.3) {
    const t = expm1Near0(r(2 * x));
    return r(t / r(t + 2));
  }
  const e = exp(r(-2 * Math.abs(x)));
  return Math.sign(x) * r(r(1 - e) / r(1 + e));
}

/** erf by a series of positive terms. Each term is rounded. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 4) return Math.sign(x);
  const square = r(a * a);
  let [term, sum] = [a, a];
  for (let n = 1; n < 60; n++) {
    term = r(r(term * r(2 * square)) / (2 * n + 1));
    sum = r(sum + term);
  }
  return Math.sign(x) * Math.min(1, r(r(r(2 / Math.sqrt(Math.PI)) * exp(r(-square))) * sum));
}

const sigmoid = (x: number): number => r(1 / r(1 + exp(-x)));
const clamp = (x: number, min: number, max: number): number => Math.min(Math.max(x, min), max);
const relu6 = (x: number): number => clamp(x, 0, 6);

/** The activation as a function, by PyTorch's formulas. */
function activated(activation: Activation): (x: number) => number {
  if (isClamp(activation)) {
    const [min, max] = activationRange(activation);
    return (x) => clamp(x, min, max);
  }
  if (typeof activation === "object") {
    if ("leakyRelu" in activation) return (x) => (x > 0 ? x : r(activation.leakyRelu * x));
    if ("clamp" in activation) throw new Error("a clamp is none of these");
    const [alpha, beta] = activation.hardSigmoid;
    return (x) => clamp(r(r(alpha * x) + beta), 0, 1);
  }
  switch (activation) {
    case "sigmoid":
      return sigmoid;
    case "hardSigmoid":
      return (x) => r(relu6(r(x + 3)) / 6);
    case "hardSwish":
      return (x) => r(r(x * relu6(r(x + 3))) / 6);
    case "silu":
      return (x) => r(x / r(1 + exp(-x)));
    case "tanh":
      return tanh;
    case "gelu":
      return (x) => r(r(x * 0.5) * r(1 + erf(r(x * r(Math.SQRT1_2)))));
    case "geluTanh":
      return (x) => {
        const cube = r(r(x * x) * x);
        return r(r(0.5 * x) * r(1 + tanh(r(r(Math.sqrt(2 / Math.PI)) * r(x + r(r(0.044715) * cube))))));
      };
    default:
      throw new Error(`${JSON.stringify(activation)} is none of these`);
  }
}

/** The result, in NCHW. */
function float32Operation(
  problem: OperationProblem,
  inputs: readonly Float32Array[],
  { slope }: OperationParameters,
): Float32Array {
  const [input] = inputs;
  switch (problem.kind) {
    case "activation":
      return input!.map(activated(problem.activation));
    case "prelu": {
      const plane = problem.h * problem.w;
      return input!.map((x, at) => (x > 0 ? x : r(slope![Math.floor(at / plane) % problem.c]! * x)));
    }
    case "add":
    case "multiply": {
      const [min, max] = activationRange(problem.activation);
      const plane = problem.perChannel ? problem.h * problem.w : 1;
      return input!.map((a, at) => {
        const b = inputs[1]![Math.floor(at / plane)]!;
        return clamp(r(problem.kind === "add" ? a + b : a * b), min, max);
      });
    }
    case "avgPool2d": {
      // The mean of ones is the part of the divisor that the window read.
      const parts = referenceOperation(problem, [input!.map(() => 1)]);
      const { n, c, ih, iw, oh, ow, kh, kw, sh, sw, pt, pl, dh, dw } = problem;
      const output = new Float32Array(n * c * oh * ow);
      for (let at = 0; at < output.length; at++) {
        const [plane, oy, ox] = [Math.floor(at / (oh * ow)), Math.floor(at / ow) % oh, at % ow];
        let [sum, count] = [0, 0];
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const [y, x] = [oy * sh - pt + ky * dh, ox * sw - pl + kx * dw];
            if (y < 0 || y >= ih || x < 0 || x >= iw) continue;
            sum = r(sum + input![(plane * ih + y) * iw + x]!);
            count++;
          }
        }
        output[at] = r(sum * r(parts[at]! / count));
      }
      return output;
    }
    case "upsample":
      return problem.mode === "nearest" ? moved(problem, inputs) : bilinear(problem, input!);
    case "softmax": {
      const { n, c, h, w } = problem;
      const output = new Float32Array(n * c * h * w);
      for (let pixel = 0; pixel < n * h * w; pixel++) {
        const first = Math.floor(pixel / (h * w)) * c * h * w + (pixel % (h * w));
        const places = Array.from({ length: c }, (_, channel) => first + channel * h * w);
        const max = places.reduce((most, at) => Math.max(most, input![at]!), -Infinity);
        let sum = 0;
        for (const at of places) sum = r(sum + (output[at] = exp(r(input![at]! - max))));
        for (const at of places) output[at] = r(output[at]! / sum);
      }
      return output;
    }
    case "groupNorm":
    case "layerNorm": {
      const output = new Float32Array(input!.length);
      for (const set of normalizationSets(problem)) {
        const mean = r(set.reduce((sum, at) => r(sum + input![at]!), 0) / set.length);
        const squares = set.reduce((sum, at) => r(sum + r(r(input![at]! - mean) ** 2)), 0);
        const deviation = r(Math.sqrt(r(r(squares / set.length) + problem.eps)));
        for (const at of set) output[at] = r(r(input![at]! - mean) / deviation);
      }
      return output;
    }
    default:
      return moved(problem, inputs);
  }
}

/** Operations that only move or select values. They round nothing. */
function moved(problem: OperationProblem, inputs: readonly Float32Array[]): Float32Array {
  return Float32Array.from(referenceOperation(problem, inputs));
}

function bilinear(problem: UpsampleProblem, input: Float32Array): Float32Array {
  const { n, c, ih, iw, oh, ow } = problem;
  const [rows, columns] = [upsampleSources(problem, "h"), upsampleSources(problem, "w")];
  return Float32Array.from({ length: n * c * oh * ow }, (_, at) => {
    const [plane, oy, ox] = [Math.floor(at / (oh * ow)), Math.floor(at / ow) % oh, at % ow];
    const [down, across] = [rows.weight[oy]!, columns.weight[ox]!];
    const row = (y: number): number => {
      const [left, right] = [columns.low[ox]!, columns.high[ox]!].map((x) => input[(plane * ih + y) * iw + x]!);
      return r(r(r(1 - across) * left!) + r(across * right!));
    };
    return r(r(r(1 - down) * row(rows.low[oy]!)) + r(down * row(rows.high[oy]!)));
  });
}

/** The operations of a backend whose storages are arrays in NCHW. */
export const float32Operations: Pick<BackendImplementation<{ data: Float32Array }>, "prepareOperation"> = {
  prepareOperation: async (problem, { slope }) => {
    const parameters = slope ? { slope: slope.slice() } : {};
    return {
      algorithm: "float32 loops",
      run: (inputs, output) =>
        output.data.set(
          float32Operation(
            problem,
            inputs.map(({ data }) => data),
            parameters,
          ),
        ),
      dispose: () => undefined,
    };
  },
};
