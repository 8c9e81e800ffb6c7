/** The definition of each operation, element by element, in float64, without regard to time. */

import {
  type Activation,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  type Shape4,
} from "@convene/core";
import { activationRange, isClamp, upsampleSources } from "@convene/core/backend";
import { erfcByQuadrature } from "./erfc.js";

/** An element of the output, by its place. */
type Element = (n: number, c: number, y: number, x: number) => number;

/** The output in NCHW, of inputs in NCHW. */
export function outputOf(
  problem: OperationProblem,
  inputs: readonly Float32Array[],
  slope: Float32Array | undefined,
): Float64Array {
  const shapes = operationInputShapes(problem);
  const elements = inputs.map((data, index): Element => {
    const [, c, h, w] = shapes[index]!;
    return (n, channel, y, x) => data[((n * c + channel) * h + y) * w + x]!;
  });
  const shape = operationOutputShape(problem);
  const element = elementOf(problem, elements, slope, inputs[0]!, shape);
  const [n, c, h, w] = shape;
  const output = new Float64Array(n * c * h * w);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < c; channel++) {
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) output[at++] = element(i, channel, y, x);
    }
  }
  return output;
}

function elementOf(
  p: OperationProblem,
  [input, ...rest]: readonly Element[],
  slope: Float32Array | undefined,
  data: Float32Array,
  [, oc, oh, ow]: Shape4,
): Element {
  const first = input!;
  switch (p.kind) {
    case "activation": {
      const f = activationOf(p.activation);
      return (...place) => f(first(...place));
    }
    case "prelu":
      return (n, c, y, x) => {
        const value = first(n, c, y, x);
        return value < 0 ? slope![c]! * value : value;
      };
    case "maxPool2d":
      return (n, c, y, x) =>
        windowOf(p, y, x, (row, column) => first(n, c, row, column)).inside.reduce(
          (most, value) => (Number.isNaN(most) || value <= most ? most : value),
          -Infinity,
        );
    case "avgPool2d":
      return (n, c, y, x) => {
        const { inside, padded } = windowOf(p, y, x, (row, column) => first(n, c, row, column));
        return inside.reduce((sum, value) => sum + value, 0) / (p.countIncludePad ? padded : inside.length);
      };
    case "add":
    case "multiply": {
      const clamp = activationOf(p.activation ?? { clamp: [-Infinity, Infinity] });
      return (n, c, y, x) => {
        const [a, b] = [first(n, c, y, x), rest[0]!(n, c, p.perChannel ? 0 : y, p.perChannel ? 0 : x)];
        return clamp(Math.fround(p.kind === "add" ? a + b : a * b));
      };
    }
    case "concat":
      return (n, c, y, x) => {
        let channel = c;
        let index = 0;
        for (; channel >= p.channels[index]!; index++) channel -= p.channels[index]!;
        return [first, ...rest][index]!(n, channel, y, x);
      };
    case "slice":
      return (n, c, y, x) => first(n, p.fc + c, p.fh + y * p.sh, p.fw + x * p.sw);
    case "channelShuffle":
      return (n, c, y, x) => first(n, (c % p.g) * (p.c / p.g) + Math.floor(c / p.g), y, x);
    case "pad":
      return (n, c, y, x) => {
        const [channel, row, column] = [c - p.pf, y - p.pt, x - p.pl];
        const inside = channel >= 0 && channel < p.c && row >= 0 && row < p.ih && column >= 0 && column < p.iw;
        return inside ? first(n, channel, row, column) : p.value;
      };
    case "upsample": {
      const [h, w] = [upsampleSources(p, "h"), upsampleSources(p, "w")];
      if (p.mode === "nearest") return (n, c, y, x) => first(n, c, h.low[y]!, w.low[x]!);
      return (n, c, y, x) => {
        const along = (row: number): number =>
          (1 - w.weight[x]!) * first(n, c, row, w.low[x]!) + w.weight[x]! * first(n, c, row, w.high[x]!);
        return (1 - h.weight[y]!) * along(h.low[y]!) + h.weight[y]! * along(h.high[y]!);
      };
    }
    case "softmax":
      return (n, c, y, x) => {
        const all = Array.from({ length: p.c }, (_, channel) => first(n, channel, y, x));
        const most = Math.max(...all);
        return Math.exp(all[c]! - most) / all.reduce((sum, value) => sum + Math.exp(value - most), 0);
      };
    case "groupNorm": {
      const each = p.c / p.g;
      const groups = Array.from({ length: p.n * p.g }, (_, at) => {
        const channels = Array.from({ length: each }, (__, k) => (at % p.g) * each + k);
        const rows = Array.from({ length: p.h }, (__, y) => y);
        const columns = Array.from({ length: p.w }, (__, x) => x);
        return normalized(
          channels.flatMap((c) => rows.flatMap((y) => columns.map((x) => first(Math.floor(at / p.g), c, y, x)))),
          p.eps,
        );
      });
      return (n, c, y, x) => groups[n * p.g + Math.floor(c / each)]!(first(n, c, y, x));
    }
    case "layerNorm":
      return (n, c, y, x) => {
        const all = Array.from({ length: p.c }, (_, channel) => first(n, channel, y, x));
        return normalized(all, p.eps)(all[c]!);
      };
    case "pixelShuffle":
      return (n, c, y, x) => {
        const [row, column] = [Math.floor(y / p.rh), Math.floor(x / p.rw)];
        const part = (y % p.rh) * p.rw + (x % p.rw);
        return first(n, p.order === "crd" ? c * p.rh * p.rw + part : part * oc + c, row, column);
      };
    case "reshape":
      return (n, c, y, x) => {
        if (p.order === "nchw") return data[((n * oc + c) * oh + y) * ow + x]!;
        let at = ((n * oh + y) * ow + x) * oc + c;
        const channel = at % p.ic;
        at = Math.floor(at / p.ic);
        const column = at % p.iw;
        at = Math.floor(at / p.iw);
        return first(Math.floor(at / p.ih), channel, at % p.ih, column);
      };
  }
}

/** The function that subtracts the mean of these numbers, and divides by the root of their variance and `eps`. */
function normalized(all: readonly number[], eps: number): (x: number) => number {
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
  return (x) => (x - mean) / Math.sqrt(variance + eps);
}

/** The elements of a pooling window that are in the input, and how many of its places are in the padded input. */
function windowOf(
  p: Extract<OperationProblem, { kind: "maxPool2d" | "avgPool2d" }>,
  y: number,
  x: number,
  element: (row: number, column: number) => number,
): { readonly inside: readonly number[]; readonly padded: number } {
  const inside: number[] = [];
  let padded = 0;
  for (let ky = 0; ky < p.kh; ky++) {
    for (let kx = 0; kx < p.kw; kx++) {
      const [row, column] = [y * p.sh - p.pt + ky * p.dh, x * p.sw - p.pl + kx * p.dw];
      if (row < p.ih + p.pb && column < p.iw + p.pr) padded++;
      if (row >= 0 && row < p.ih && column >= 0 && column < p.iw) inside.push(element(row, column));
    }
  }
  return { inside, padded };
}

/** The function in float64. */
export function activationOf(activation: Activation): (x: number) => number {
  const clamp = (x: number, min: number, max: number): number => (x < min ? min : x > max ? max : x);
  if (isClamp(activation)) {
    const [min, max] = activationRange(activation);
    return (x) => clamp(x, min, max);
  }
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  if (typeof activation === "object") {
    if ("leakyRelu" in activation) return (x) => (x < 0 ? activation.leakyRelu * x : x);
    const [alpha, beta] = (activation as { readonly hardSigmoid: readonly [number, number] }).hardSigmoid;
    return (x) => clamp(alpha * x + beta, 0, 1);
  }
  switch (activation) {
    case "sigmoid":
      return sigmoid;
    case "hardSigmoid":
      return (x) => clamp((x + 3) / 6, 0, 1);
    case "hardSwish":
      return (x) => x * clamp((x + 3) / 6, 0, 1);
    case "silu":
      return (x) => x * sigmoid(x);
    case "tanh":
      return Math.tanh;
    case "gelu":
      return (x) => (x / 2) * erfcByQuadrature(-x * Math.SQRT1_2);
    case "geluTanh":
      // x/2·(1 + tanh z), where 1 + tanh z is 2·sigmoid(2z).
      return (x) => x * sigmoid(Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3));
    default:
      throw new Error(`no definition of ${String(activation)}`);
  }
}
