/** Each operation by its definition, over NCHW arrays, for core's own tests. */

import type { Activation } from "../activation.js";
import { activationRange } from "../activation.js";
import {
  operationInputShapes,
  operationOutputShape,
  type OperationParameters,
  type OperationProblem,
  type Pool2dProblem,
} from "../operations/operation-problem.js";
import { upsampleSources } from "../operations/upsample-sources.js";
import { elementCount, type Shape4 } from "../shape.js";

/** The element of one input at a place, or undefined outside of it. */
type At = (n: number, c: number, y: number, x: number) => number | undefined;

/** The output of an operation. */
export function operate(
  p: OperationProblem,
  inputs: readonly Float32Array[],
  { slope }: OperationParameters = {},
): Float32Array {
  const shapes = operationInputShapes(p);
  const [a, b] = inputs.map((data, index) => reader(data, shapes[index]!));
  const shape = operationOutputShape(p);
  const output = new Float32Array(elementCount(shape));
  let at = 0;
  for (let n = 0; n < shape[0]; n++)
    for (let c = 0; c < shape[1]; c++)
      for (let y = 0; y < shape[2]; y++) for (let x = 0; x < shape[3]; x++) output[at++] = element(n, c, y, x);
  return output;

  function element(n: number, c: number, y: number, x: number): number {
    const value = (): number => a!(n, c, y, x)!;
    switch (p.kind) {
      case "activation":
        return activate(p.activation, value());
      case "prelu":
        return value() < 0 ? value() * slope![c]! : value();
      case "maxPool2d":
      case "avgPool2d":
        return pool(p, a!, n, c, y, x);
      case "add":
      case "multiply": {
        const other = p.perChannel ? b!(n, c, 0, 0)! : b!(n, c, y, x)!;
        return clamped(p.kind === "add" ? value() + other : value() * other, activationRange(p.activation));
      }
      case "concat": {
        let [index, channel] = [0, c];
        while (channel >= p.channels[index]!) channel -= p.channels[index++]!;
        return reader(inputs[index]!, shapes[index]!)(n, channel, y, x)!;
      }
      case "slice":
        return a!(n, c + p.fc, p.fh + y * p.sh, p.fw + x * p.sw)!;
      case "channelShuffle":
        return a!(n, (c % p.g) * (p.c / p.g) + Math.floor(c / p.g), y, x)!;
      case "pad":
        return a!(n, c - p.pf, y - p.pt, x - p.pl) ?? p.value;
      case "upsample": {
        const [h, w] = [upsampleSources(p, "h"), upsampleSources(p, "w")];
        const row = (line: number): number =>
          (1 - w.weight[x]!) * a!(n, c, line, w.low[x]!)! + w.weight[x]! * a!(n, c, line, w.high[x]!)!;
        if (p.mode === "nearest") return a!(n, c, h.low[y]!, w.low[x]!)!;
        return (1 - h.weight[y]!) * row(h.low[y]!) + h.weight[y]! * row(h.high[y]!);
      }
      case "softmax": {
        const all = Array.from({ length: p.c }, (_, channel) => a!(n, channel, y, x)!);
        const largest = Math.max(...all);
        const sum = all.reduce((total, each) => total + Math.exp(each - largest), 0);
        return Math.exp(value() - largest) / sum;
      }
      case "groupNorm": {
        const first = c - (c % (p.c / p.g));
        return normalized(value(), p.eps, p.c / p.g, p.h, p.w, (channel, row, column) =>
          a!(n, first + channel, row, column)!,
        );
      }
      case "layerNorm":
        return normalized(value(), p.eps, p.c, 1, 1, (channel) => a!(n, channel, y, x)!);
      case "pixelShuffle": {
        const [i, j] = [y % p.rh, x % p.rw];
        const phase = i * p.rw + j;
        const channel = p.order === "crd" ? c * p.rh * p.rw + phase : phase * (p.ic / (p.rh * p.rw)) + c;
        return a!(n, channel, Math.floor(y / p.rh), Math.floor(x / p.rw))!;
      }
      case "reshape": {
        const nhwc = p.order === "nhwc";
        const place = nhwc ? ((n * p.oh + y) * p.ow + x) * p.oc + c : ((n * p.oc + c) * p.oh + y) * p.ow + x;
        const sizes = nhwc ? [p.ih, p.iw, p.ic] : [p.ic, p.ih, p.iw];
        const third = place % sizes[2]!;
        const second = Math.floor(place / sizes[2]!) % sizes[1]!;
        const first = Math.floor(place / (sizes[1]! * sizes[2]!)) % sizes[0]!;
        const image = Math.floor(place / (sizes[0]! * sizes[1]! * sizes[2]!));
        return (nhwc ? a!(image, third, first, second) : a!(image, first, second, third))!;
      }
    }
  }
}

function reader(data: Float32Array, [, c, h, w]: Shape4): At {
  return (n, channel, y, x) =>
    channel < 0 || channel >= c || y < 0 || y >= h || x < 0 || x >= w
      ? undefined
      : data[((n * c + channel) * h + y) * w + x];
}

function pool(p: Pool2dProblem, read: At, n: number, c: number, y: number, x: number): number {
  let [sum, most, count] = [0, -Infinity, 0];
  for (let ky = 0; ky < p.kh; ky++) {
    for (let kx = 0; kx < p.kw; kx++) {
      const [row, column] = [y * p.sh - p.pt + ky * p.dh, x * p.sw - p.pl + kx * p.dw];
      const value = read(n, c, row, column);
      if (value !== undefined || (p.countIncludePad && row < p.ih + p.pb && column < p.iw + p.pr)) count++;
      if (value === undefined) continue;
      sum += value;
      most = value > most || Number.isNaN(value) ? value : most;
    }
  }
  return p.kind === "maxPool2d" ? most : sum / count;
}

/** `x` less the mean of the elements, divided by the root of their variance and `eps`. */
function normalized(
  x: number,
  eps: number,
  channels: number,
  rows: number,
  columns: number,
  element: (channel: number, row: number, column: number) => number,
): number {
  const all = Array.from({ length: channels * rows * columns }, (_, at) =>
    element(Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns),
  );
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const variance = all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length;
  return (x - mean) / Math.sqrt(variance + eps);
}

function clamped(value: number, [min, max]: readonly [number, number]): number {
  return value < min ? min : value > max ? max : value;
}

function activate(activation: Activation, x: number): number {
  if (typeof activation === "object") {
    if ("clamp" in activation) return clamped(x, activation.clamp);
    if ("leakyRelu" in activation) return x < 0 ? x * activation.leakyRelu : x;
    return clamped(activation.hardSigmoid[0] * x + activation.hardSigmoid[1], [0, 1]);
  }
  const sigmoid = 1 / (1 + Math.exp(-x));
  switch (activation) {
    case "relu":
    case "relu6":
      return clamped(x, activationRange(activation));
    case "sigmoid":
      return sigmoid;
    case "hardSigmoid":
      return clamped(x / 6 + 0.5, [0, 1]);
    case "hardSwish":
      return x * clamped(x / 6 + 0.5, [0, 1]);
    case "silu":
      return x * sigmoid;
    case "tanh":
      return Math.tanh(x);
    case "geluTanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "gelu":
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
  }
}

/** The error function by its series, which is exact enough for the small numbers of these tests. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 1; k < 60; k++) {
    term *= -(x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
