/**
 * The reference of the operations beside convolution: float64, NCHW, by definition, and plain enough to check it by reading. The
 * docstrings of core's problems define the operations: they are PyTorch's, or ONNX's if PyTorch has none. The reference shares no
 * arithmetic with core or with any backend.
 */

import {
  type OperationKind,
  operationInputShapes,
  operationOutputShape,
  type OperationParameters,
  type OperationProblem,
  type Pool2dProblem,
  type Shape4,
} from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { activationFunction, clamp, leaky } from "./activation-function.js";
import { resizeSources } from "./resize-sources.js";

type Data = ArrayLike<number>;
/** The value at a place. */
type At = (n: number, c: number, y: number, x: number) => number;
/** The problem type of a kind. One type may serve two kinds. */
type ProblemOf<K, P = OperationProblem> = P extends { readonly kind: infer Kind }
  ? K extends Kind
    ? P
    : never
  : never;
type Definition<K extends OperationKind> = (
  problem: ProblemOf<K>,
  /** The inputs, each as a function of a place within its shape. */
  inputs: readonly At[],
  parameters: OperationParameters,
) => At;

/**
 * The result of an operation, in NCHW, not rounded to float32.
 *
 * @param inputs the inputs, with the shapes of `operationInputShapes`, each in NCHW
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` if `problem` is no valid problem
 */
export function referenceOperation(
  problem: OperationProblem,
  inputs: readonly Data[],
  parameters: OperationParameters = {},
): Float64Array {
  return referenceOfShape(operationOutputShape(problem), problem, inputs, parameters);
}

/**
 * The reference with an output of a given shape, also if the problem's own output has another shape. So a faulty
 * backend can have the right output size and, for example, ignore the dilation.
 *
 * @param problem the problem, whose output sizes are not computed again
 */
export function referenceOfShape(
  [n, c, h, w]: Shape4,
  problem: OperationProblem,
  inputs: readonly Data[],
  parameters: OperationParameters = {},
): Float64Array {
  const shapes = operationInputShapes(problem);
  const readers = inputs.map((data, index) => reader(data, shapes[index]!));
  const define = DEFINITIONS[problem.kind] as Definition<OperationKind>;
  const at = define(problem, readers, parameters);
  const output = new Float64Array(n * c * h * w);
  let index = 0;
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) output[index++] = at(image, channel, y, x);
      }
    }
  }
  return output;
}

/** A tensor as a function of a place. A place outside is a fault of a definition, so it throws instead of reading a neighbour. */
function reader(data: Data, [n, c, h, w]: Shape4): At {
  return (image, channel, y, x) => {
    const inside = image >= 0 && image < n && channel >= 0 && channel < c && y >= 0 && y < h && x >= 0 && x < w;
    if (!inside) throw new RangeError(`[${image}, ${channel}, ${y}, ${x}] is outside of ${n} x ${c} x ${h} x ${w}`);
    return data[((image * c + channel) * h + y) * w + x]!;
  };
}

const DEFINITIONS: { readonly [K in OperationKind]: Definition<K> } = {
  activation({ activation }, [input]) {
    const apply = activationFunction(activation);
    return (n, c, y, x) => apply(input!(n, c, y, x));
  },

  prelu:
    (_, [input], { slope }) =>
    (n, c, y, x) =>
      leaky(input!(n, c, y, x), slope![c]!),

  maxPool2d(p, [input]) {
    const [rows, columns] = windows(p);
    return (n, c, oy, ox) => {
      // An empty window gives −Infinity, as in PyTorch. Math.max gives NaN if any value is NaN.
      let max = -Infinity;
      for (const y of rows[oy]!.read) for (const x of columns[ox]!.read) max = Math.max(max, input!(n, c, y, x));
      return max;
    };
  },

  avgPool2d(p, [input]) {
    const [rows, columns] = windows(p);
    return (n, c, oy, ox) => {
      const [row, column] = [rows[oy]!, columns[ox]!];
      let sum = 0;
      for (const y of row.read) for (const x of column.read) sum += input!(n, c, y, x);
      return sum / (p.countIncludePad ? row.padded * column.padded : row.read.length * column.read.length);
    };
  },

  add: ({ activation, perChannel }, [a, b]) => binary(activation, perChannel, (one, other) => one + other, a!, b!),
  multiply: ({ activation, perChannel }, [a, b]) => binary(activation, perChannel, (one, other) => one * other, a!, b!),

  concat:
    ({ channels }, inputs) =>
    (n, c, y, x) => {
      let index = 0;
      let first = 0;
      while (c >= first + channels[index]!) first += channels[index++]!;
      return inputs[index]!(n, c - first, y, x);
    },

  slice:
    ({ fc, fh, fw, sh, sw }, [input]) =>
    (n, c, y, x) =>
      input!(n, fc + c, fh + y * sh, fw + x * sw),

  channelShuffle:
    ({ g, c: channels }, [input]) =>
    (n, c, y, x) =>
      // c = j·g + i
      input!(n, (c % g) * (channels / g) + Math.floor(c / g), y, x),

  pad:
    ({ c: channels, ih, iw, pf, pt, pl, value }, [input]) =>
    (n, c, y, x) => {
      const inside = within(c - pf, channels) && within(y - pt, ih) && within(x - pl, iw);
      return inside ? input!(n, c - pf, y - pt, x - pl) : value;
    },

  upsample(p, [input]) {
    const rows = resizeSources(p, p.ih, p.oh, p.scaleH);
    const columns = resizeSources(p, p.iw, p.ow, p.scaleW);
    if (p.mode === "nearest") return (n, c, oy, ox) => input!(n, c, rows[oy]![0], columns[ox]![0]);
    // A weight of 0 is multiplied like any other weight, as in PyTorch.
    const mix = (a: number, b: number, weight: number): number => (1 - weight) * a + weight * b;
    return (n, c, oy, ox) => {
      const [top, bottom, down] = rows[oy]!;
      const [left, right, across] = columns[ox]!;
      const row = (y: number): number => mix(input!(n, c, y, left), input!(n, c, y, right), across);
      return mix(row(top), row(bottom), down);
    };
  },

  softmax({ n, c: channels, h, w }, [input]) {
    // Subtracting the maximum does not change the result, and prevents an overflow of exp.
    const max = new Float64Array(n * h * w).fill(-Infinity);
    const sum = new Float64Array(n * h * w);
    const pixels = (visit: (at: number, value: number) => void): void => {
      for (let at = 0; at < n * h * w; at++) {
        const [image, y, x] = [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
        for (let c = 0; c < channels; c++) visit(at, input!(image, c, y, x));
      }
    };
    pixels((at, value) => void (max[at] = Math.max(max[at]!, value)));
    pixels((at, value) => void (sum[at]! += Math.exp(value - max[at]!)));
    return (image, c, y, x) => {
      const at = (image * h + y) * w + x;
      return Math.exp(input!(image, c, y, x) - max[at]!) / sum[at]!;
    };
  },

  groupNorm({ n: images, g, c: channels, h, w, eps }, [input]) {
    const perGroup = channels / g;
    const groups = Array.from({ length: images * g }, (_, at) => {
      const [image, first] = [Math.floor(at / g), (at % g) * perGroup];
      const values: number[] = [];
      for (let c = first; c < first + perGroup; c++) {
        for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) values.push(input!(image, c, y, x));
      }
      return normalize(values, eps);
    });
    return (n, c, y, x) => groups[n * g + Math.floor(c / perGroup)]!(input!(n, c, y, x));
  },

  layerNorm({ n: images, c: channels, h, w, eps }, [input]) {
    const pixels = Array.from({ length: images * h * w }, (_, at) => {
      const [image, y, x] = [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
      return normalize(
        Array.from({ length: channels }, (__, c) => input!(image, c, y, x)),
        eps,
      );
    });
    return (n, c, y, x) => pixels[(n * h + y) * w + x]!(input!(n, c, y, x));
  },

  pixelShuffle: ({ ic, rh, rw, order }, [input]) => {
    const oc = ic / (rh * rw);
    return (n, k, oy, ox) => {
      const [y, i] = [Math.floor(oy / rh), oy % rh];
      const [x, j] = [Math.floor(ox / rw), ox % rw];
      return input!(n, order === "crd" ? k * rh * rw + i * rw + j : (i * rw + j) * oc + k, y, x);
    };
  },

  reshape: ({ ic, ih, iw, oc, oh, ow, order }, [input]) => {
    const nchw = order === "nchw";
    return (n, c, y, x) => {
      // An element has the same number in the output and in the input.
      const number = nchw ? ((n * oc + c) * oh + y) * ow + x : ((n * oh + y) * ow + x) * oc + c;
      const [image, rest] = [Math.floor(number / (ic * ih * iw)), number % (ic * ih * iw)];
      return nchw
        ? input!(image, Math.floor(rest / (ih * iw)), Math.floor(rest / iw) % ih, rest % iw)
        : input!(image, rest % ic, Math.floor(rest / (iw * ic)), Math.floor(rest / ic) % iw);
    };
  },
};

function binary(
  activation: Parameters<typeof activationRange>[0],
  perChannel: boolean,
  combine: (a: number, b: number) => number,
  a: At,
  b: At,
): At {
  const [min, max] = activationRange(activation);
  return (n, c, y, x) => clamp(combine(a(n, c, y, x), perChannel ? b(n, c, 0, 0) : b(n, c, y, x)), min, max);
}

/** The function that subtracts the mean of the values, and divides by the root of their variance plus `eps`. */
function normalize(values: readonly number[], eps: number): (x: number) => number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance + eps);
  return (x) => (x - mean) / deviation;
}

/** A window along one axis. */
interface Window {
  /** The places within the input. Only these are read. */
  readonly read: readonly number[];
  /** The number of places within the padded input. With `ceilMode` a window may reach beyond the padded input. */
  readonly padded: number;
}

/** The windows of each output row, and of each output column. */
function windows(p: Pool2dProblem): readonly [rows: readonly Window[], columns: readonly Window[]] {
  const along = (
    count: number,
    size: number,
    kernel: number,
    stride: number,
    dilation: number,
    before: number,
    after: number,
  ) =>
    Array.from({ length: count }, (_, out): Window => {
      const taps = Array.from({ length: kernel }, (__, tap) => out * stride + tap * dilation - before);
      return {
        read: taps.filter((at) => within(at, size)),
        padded: taps.filter((at) => at < size + after).length,
      };
    });
  return [along(p.oh, p.ih, p.kh, p.sh, p.dh, p.pt, p.pb), along(p.ow, p.iw, p.kw, p.sw, p.dw, p.pl, p.pr)];
}

function within(at: number, size: number): boolean {
  return at >= 0 && at < size;
}
