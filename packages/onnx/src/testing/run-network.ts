/** Runs a network of core in plain loops and float64, for tests: values are in NCHW. */

import {
  type Activation,
  type Conv2dProblem,
  type Conv2dWeights,
  type Network,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  outputShape,
  type Shape4,
} from "@convene/core";
import { activationRange, isClamp, upsampleSources } from "@convene/core/backend";

/** A value of a network. */
export interface Value4 {
  readonly shape: Shape4;
  /** In order of `shape`. */
  readonly data: Float64Array;
}

/** An output, with its elements in the order of `dims`. */
export interface Answer {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export function runNetwork(network: Network, inputs: Readonly<Record<string, Value4>>): Record<string, Answer> {
  const given = network.inputs.map((name) => inputs[name]!);
  const problems = network.problems(Object.fromEntries(network.inputs.map((name) => [name, inputs[name]!.shape])));
  const values: Value4[] = [];
  const valueOf = (value: number): Value4 => (value < 0 ? given[-1 - value]! : values[value]!);
  for (const [index, layer] of network.layers.entries()) {
    const problem = problems[index]!;
    if (layer.kind === "conv2d") {
      const residual = layer.residual === undefined ? undefined : valueOf(layer.residual);
      values.push(convolve(problem as Conv2dProblem, layer.conv.weights, valueOf(layer.input), residual));
    } else
      values.push(operate(problem as OperationProblem, layer.inputs.map(valueOf), layer.operation.parameters.slope));
  }
  return Object.fromEntries(
    network.outputs.map(({ name, value, layout, dims }) => {
      const { shape, data } = valueOf(value);
      return [name, { dims: dims ?? shape, data: layout === "nhwc" ? channelsLast(shape, data) : data }];
    }),
  );
}

/** From NCHW to NHWC. */
function channelsLast([n, c, h, w]: Shape4, data: ArrayLike<number>): Float64Array {
  const pixels = h * w;
  return make(
    n * c * pixels,
    (index) => data[(Math.floor(index / (c * pixels)) * c + (index % c)) * pixels + (Math.floor(index / c) % pixels)]!,
  );
}

function make(length: number, of: (index: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, index) => of(index));
}

/** Element by element of an output. */
function each(shape: Shape4, of: (n: number, c: number, y: number, x: number) => number): Value4 {
  const [, c, h, w] = shape;
  const length = shape.reduce((all, size) => all * size, 1);
  const data = make(length, (index) =>
    of(Math.floor(index / (c * h * w)), Math.floor(index / (h * w)) % c, Math.floor(index / w) % h, index % w),
  );
  return { shape, data };
}

function at({ shape: [, c, h, w], data }: Value4, n: number, channel: number, y: number, x: number): number {
  return data[((n * c + channel) * h + y) * w + x]!;
}

/** The coordinate that a tap at `pixel` reads, where `pixel` may lie outside the image; undefined for a zero. */
function source(pixel: number, size: number, mode: Conv2dProblem["paddingMode"]): number | undefined {
  if (pixel >= 0 && pixel < size) return pixel;
  if (mode === "zeros") return undefined;
  if (mode === "replicate") return Math.min(Math.max(pixel, 0), size - 1);
  if (mode === "circular") return (pixel + size) % size;
  return pixel < 0 ? -pixel : 2 * (size - 1) - pixel;
}

function convolve(p: Conv2dProblem, { weight, bias }: Conv2dWeights, x: Value4, residual?: Value4): Value4 {
  const [icPerGroup, ocPerGroup] = [p.ic / p.g, p.oc / p.g];
  const [min, max] = activationRange(p.activation);
  return each(outputShape(p), (n, oc, oy, ox) => {
    let sum = (bias?.[oc] ?? 0) + (residual ? at(residual, n, oc, oy, ox) : 0);
    const first = Math.floor(oc / ocPerGroup) * icPerGroup;
    for (let ky = 0; ky < p.kh; ky++) {
      const iy = source(oy * p.sh + ky * p.dh - p.pt, p.ih, p.paddingMode);
      for (let kx = 0; kx < p.kw; kx++) {
        const ix = source(ox * p.sw + kx * p.dw - p.pl, p.iw, p.paddingMode);
        if (iy === undefined || ix === undefined) continue;
        for (let ic = 0; ic < icPerGroup; ic++) {
          sum += at(x, n, first + ic, iy, ix) * weight[((oc * icPerGroup + ic) * p.kh + ky) * p.kw + kx]!;
        }
      }
    }
    return Math.min(Math.max(sum, min), max);
  });
}

function operate(p: OperationProblem, inputs: readonly Value4[], slope?: Float32Array): Value4 {
  const x = inputs[0]!;
  const shape = operationOutputShape(p);
  for (const [index, expected] of operationInputShapes(p).entries()) {
    if (expected.join() !== inputs[index]!.shape.join())
      throw new Error(`input ${index} of ${p.kind} has another shape`);
  }
  switch (p.kind) {
    case "activation":
      return { shape, data: x.data.map((value) => activate(p.activation, value)) };
    case "prelu":
      return each(shape, (n, c, y, z) => at(x, n, c, y, z) * (at(x, n, c, y, z) < 0 ? slope![c]! : 1));
    case "add":
    case "multiply": {
      const [min, max] = activationRange(p.activation);
      const other = inputs[1]!;
      return each(shape, (n, c, y, z) => {
        const [a, b] = [at(x, n, c, y, z), p.perChannel ? at(other, n, c, 0, 0) : at(other, n, c, y, z)];
        return Math.min(Math.max(p.kind === "add" ? a + b : a * b, min), max);
      });
    }
    case "maxPool2d":
    case "avgPool2d":
      return pooled(p, x);
    case "concat":
      return each(shape, (n, c, y, z) => {
        let [input, channel] = [0, c];
        while (channel >= p.channels[input]!) channel -= p.channels[input++]!;
        return at(inputs[input]!, n, channel, y, z);
      });
    case "slice":
      return each(shape, (n, c, y, z) => at(x, n, c + p.fc, y * p.sh + p.fh, z * p.sw + p.fw));
    case "channelShuffle":
      return each(shape, (n, c, y, z) => at(x, n, (c % p.g) * (p.c / p.g) + Math.floor(c / p.g), y, z));
    case "pad":
      return each(shape, (n, c, y, z) => {
        const [channel, row, column] = [c - p.pf, y - p.pt, z - p.pl];
        const inside = channel >= 0 && channel < p.c && row >= 0 && row < p.ih && column >= 0 && column < p.iw;
        return inside ? at(x, n, channel, row, column) : p.value;
      });
    case "upsample": {
      const [rows, columns] = [upsampleSources(p, "h"), upsampleSources(p, "w")];
      return each(shape, (n, c, y, z) => {
        const row = (r: number): number =>
          at(x, n, c, r, columns.low[z]!) * (1 - columns.weight[z]!) +
          at(x, n, c, r, columns.high[z]!) * columns.weight[z]!;
        return row(rows.low[y]!) * (1 - rows.weight[y]!) + row(rows.high[y]!) * rows.weight[y]!;
      });
    }
    case "softmax":
      return each(shape, (n, c, y, z) => {
        const all = make(p.c, (k) => at(x, n, k, y, z));
        const most = Math.max(...all);
        return Math.exp(all[c]! - most) / all.reduce((sum, value) => sum + Math.exp(value - most), 0);
      });
    case "groupNorm": {
      const channels = p.c / p.g;
      return each(shape, (n, c, y, z) => {
        const first = c - (c % channels);
        const all = make(channels * p.h * p.w, (k) =>
          at(x, n, first + Math.floor(k / (p.h * p.w)), Math.floor(k / p.w) % p.h, k % p.w),
        );
        return normalized(all, p.eps, at(x, n, c, y, z));
      });
    }
    case "layerNorm":
      return each(shape, (n, c, y, z) =>
        normalized(
          make(p.c, (k) => at(x, n, k, y, z)),
          p.eps,
          at(x, n, c, y, z),
        ),
      );
    case "pixelShuffle":
      return each(shape, (n, c, y, z) => {
        const [i, j] = [y % p.rh, z % p.rw];
        const channel = p.order === "crd" ? (c * p.rh + i) * p.rw + j : (i * p.rw + j) * shape[1] + c;
        return at(x, n, channel, Math.floor(y / p.rh), Math.floor(z / p.rw));
      });
    case "reshape":
      return { shape, data: p.order === "nchw" ? x.data : channelsFirst(shape, channelsLast(x.shape, x.data)) };
  }
}

function normalized(all: Float64Array, eps: number, x: number): number {
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
  return (x - mean) / Math.sqrt(variance + eps);
}

/** From NHWC to NCHW. */
export function channelsFirst(shape: Shape4, data: ArrayLike<number>): Float64Array {
  const [, c, h, w] = shape;
  return each(shape, (n, k, y, x) => data[((n * h + y) * w + x) * c + k]!).data;
}

function pooled(p: Extract<OperationProblem, { kind: "maxPool2d" | "avgPool2d" }>, x: Value4): Value4 {
  return each([p.n, p.c, p.oh, p.ow], (n, c, oy, ox) => {
    let [sum, most, counted] = [0, -Infinity, 0];
    for (let ky = 0; ky < p.kh; ky++) {
      for (let kx = 0; kx < p.kw; kx++) {
        const [y, z] = [oy * p.sh + ky * p.dh - p.pt, ox * p.sw + kx * p.dw - p.pl];
        const inside = y >= 0 && y < p.ih && z >= 0 && z < p.iw;
        if (inside || (p.countIncludePad && y < p.ih + p.pb && z < p.iw + p.pr)) counted++;
        if (!inside) continue;
        sum += at(x, n, c, y, z);
        most = Math.max(most, at(x, n, c, y, z));
      }
    }
    return p.kind === "maxPool2d" ? most : sum / counted;
  });
}

function activate(of: Activation, x: number): number {
  if (isClamp(of)) {
    const [min, max] = activationRange(of);
    return Math.min(Math.max(x, min), max);
  }
  const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);
  if (typeof of === "object") {
    if ("leakyRelu" in of) return x < 0 ? x * of.leakyRelu : x;
    if ("hardSigmoid" in of) return clamp(x * of.hardSigmoid[0] + of.hardSigmoid[1]);
  }
  switch (of) {
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "hardSigmoid":
      return clamp(x / 6 + 0.5);
    case "hardSwish":
      return x * clamp(x / 6 + 0.5);
    case "silu":
      return x / (1 + Math.exp(-x));
    case "tanh":
      return Math.tanh(x);
    case "gelu":
      return (x / 2) * (1 + erf(x * Math.SQRT1_2));
    default:
      return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
}

/** The error function by its series, which is exact to float32 for |x| < 5. Beyond, the function is ±1 in float32. */
function erf(x: number): number {
  if (Math.abs(x) >= 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let k = 1; k < 120; k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
