/** The operations that a network can have beside convolutions, by PyTorch's names and with its options. */

import { type Activation, checkActivation, checkClamp, type Clamp } from "../activation.js";
import {
  arrayType,
  checkBoolean,
  checkInteger,
  checkKeys,
  checkList,
  checkOneOf,
  checkPair,
  readList,
} from "../check.js";
import { ConveneError, show } from "../errors.js";
import { checkPadding, type Padding, samePadding } from "../padding.js";
import { sameShape } from "../shape.js";
import { makeOperation, type Operation } from "./operation.js";
import {
  COORDINATES,
  operationProblem,
  type OperationProblemSpec,
  type PixelShuffleProblem,
  type ReshapeProblem,
  ROUNDINGS,
  type UpsampleProblem,
} from "./operation-problem.js";

type Pair = number | readonly [h: number, w: number];

/** An operation with one input of any shape; `rest` are the fields of its problem beside `n`, `c`, `h` and `w`. */
function elementwise(
  kind: "activation" | "prelu" | "softmax" | "channelShuffle",
  rest: object,
  parameters = {},
): Operation {
  return makeOperation(
    kind,
    1,
    ([shape]) => {
      const [n, c, h, w] = shape!;
      return operationProblem({ kind, n, c, h, w, ...rest } as OperationProblemSpec);
    },
    parameters,
  );
}

/**
 * An activation as an operation: a function of each element of `[n, c, h, w]`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function activation(of: Activation): Operation {
  const checked = checkActivation(of);
  if (checked === undefined) throw new ConveneError("ERR_INVALID_OPTION", "activation is missing");
  return elementwise("activation", { activation: checked });
}

/**
 * `torch.nn.PReLU`.
 *
 * @param slope one element for each channel, or one for all channels; kept and not copied
 * @throws ConveneError `ERR_INVALID_OPTION` for another array or none; `prepare` throws `ERR_SHAPE` for another number of channels
 */
export function prelu(slope: Float32Array): Operation {
  if (arrayType(slope) !== "Float32Array" || slope.length === 0) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `slope (${show(slope)}) must be a Float32Array with one element a channel, or one`,
    );
  }
  if (slope.length === 1) return activation({ leakyRelu: slope[0]! });
  const made = elementwise("prelu", {}, { slope });
  return makeOperation(
    "prelu",
    1,
    (shapes) => {
      const c = shapes[0]![1];
      if (c === slope.length) return made.problem(shapes);
      throw new ConveneError("ERR_SHAPE", `prelu has a slope for each of ${slope.length} channels; the input has ${c}`);
    },
    { slope },
  );
}

/** `torch.nn.Softmax2d`: the softmax over the channels of each pixel. */
export function softmax(): Operation {
  return elementwise("softmax", {});
}

/**
 * `torch.nn.ChannelShuffle`, the shuffle of ShuffleNet.
 *
 * @param groups an integer of at least 1 that divides the channels
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function channelShuffle(groups: number): Operation {
  return elementwise("channelShuffle", { g: checkInteger("groups", groups, 1) });
}

/** The options of `torch.nn.MaxPool2d`, in camelCase. Sizes are integers; a pair is one number or `[h, w]`. */
export interface Pool2dOptions {
  /** In pixels, at least 1. */
  readonly kernelSize: Pair;
  /** In pixels, at least 1. Default: `kernelSize`. */
  readonly stride?: Pair;
  /** As `Conv2d` takes it. Default 0. */
  readonly padding?: Padding;
  /** Whether the output's sizes are rounded up. Default false. */
  readonly ceilMode?: boolean;
  /** In pixels, at least 1. Default 1. */
  readonly dilation?: Pair;
}

/** The options of `torch.nn.AvgPool2d`, in camelCase, and `dilation`. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether padding counts among the elements that the sum is divided by. Default true. */
  readonly countIncludePad?: boolean;
}

const POOL_KEYS = ["kernelSize", "stride", "padding", "dilation", "ceilMode"];

/**
 * `torch.nn.MaxPool2d`: the maximum of each window, from `[n, c, h, w]` to `[n, c, oh, ow]`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function maxPool2d(options: Pool2dOptions): Operation {
  return pool2d("maxPool2d", checkKeys("maxPool2d options", options, POOL_KEYS));
}

/**
 * `torch.nn.AvgPool2d`: the mean of each window, from `[n, c, h, w]` to `[n, c, oh, ow]`. `dilation` has the meaning
 * that it has in ONNX's `AveragePool`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function avgPool2d(options: AvgPool2dOptions): Operation {
  return pool2d("avgPool2d", checkKeys("avgPool2d options", options, [...POOL_KEYS, "countIncludePad"]));
}

function pool2d(kind: "maxPool2d" | "avgPool2d", given: AvgPool2dOptions): Operation {
  const { padding = 0, dilation = 1, ceilMode = false, countIncludePad = true } = given;
  const [kh, kw] = checkPair("kernelSize", given.kernelSize, 1);
  const [sh, sw] = given.stride === undefined ? [kh, kw] : checkPair("stride", given.stride, 1);
  const [dh, dw] = checkPair("dilation", dilation, 1);
  const pads = checkPadding(padding);
  checkBoolean("ceilMode", ceilMode);
  checkBoolean("countIncludePad", countIncludePad);
  return makeOperation(kind, 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    let [pt, pl, pb, pr] = [0, 0, 0, 0];
    if (typeof pads === "string") {
      [pt, pb] = samePadding(pads, ih, kh, sh, dh);
      [pl, pr] = samePadding(pads, iw, kw, sw, dw);
    } else ({ pt, pl, pb, pr } = pads);
    return operationProblem({
      kind,
      n,
      c,
      ih,
      iw,
      kh,
      kw,
      sh,
      sw,
      dh,
      dw,
      pt,
      pl,
      pb,
      pr,
      ceilMode,
      countIncludePad,
    });
  });
}

/** `torch.nn.AdaptiveAvgPool2d(1)`: the mean of each channel, from `[n, c, h, w]` to `[n, c, 1, 1]`. */
export function globalAvgPool2d(): Operation {
  return globalPool("avgPool2d");
}

/** `torch.nn.AdaptiveMaxPool2d(1)`: the maximum of each channel, from `[n, c, h, w]` to `[n, c, 1, 1]`. */
export function globalMaxPool2d(): Operation {
  return globalPool("maxPool2d");
}

function globalPool(kind: "maxPool2d" | "avgPool2d"): Operation {
  return makeOperation(kind, 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    return operationProblem({ kind, n, c, ih, iw, kh: ih, kw: iw, sh: ih, sw: iw });
  });
}

/** Options of `add` and `multiply`. */
export interface BinaryOptions {
  /** A clamp of the result. Default none. Other activations are operations of their own. */
  readonly activation?: Clamp | undefined;
}

/**
 * The sum of two values of shape `[n, c, h, w]`. The second may also be `[n, c, 1, 1]`, one number for each channel.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function add(options: BinaryOptions = {}): Operation {
  return binary("add", options);
}

/**
 * The product of two values of shape `[n, c, h, w]`, element by element. The second may also be `[n, c, 1, 1]`, one number for each channel,
 * as in squeeze-excite.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function multiply(options: BinaryOptions = {}): Operation {
  return binary("multiply", options);
}

function binary(kind: "add" | "multiply", options: BinaryOptions): Operation {
  const clamp = checkClamp(checkKeys(`${kind} options`, options, ["activation"]).activation);
  return makeOperation(kind, 2, ([a, b]) => {
    const [n, c, h, w] = a!;
    const perChannel = !sameShape(a!, b!);
    if (perChannel && !sameShape(b!, [n, c, 1, 1])) {
      throw new ConveneError(
        "ERR_SHAPE",
        `inputs[1] (${show(b)}) must have the shape of inputs[0] (${show(a)}) or be ${show([n, c, 1, 1])}`,
      );
    }
    return operationProblem({ kind, n, c, h, w, perChannel, activation: clamp });
  });
}

/** `torch.cat(values, dim=1)`: joins any number of values along channels. Their `n`, `h` and `w` are the same. */
export function concat(): Operation {
  return makeOperation("concat", "any", (shapes) => {
    const [n, , h, w] = shapes[0]!;
    for (const [index, shape] of shapes.entries()) {
      if (sameShape(shape, [n, shape[1], h, w])) continue;
      throw new ConveneError(
        "ERR_SHAPE",
        `inputs[${index}] (${show(shape)}) must have the batch, height and width of inputs[0] (${show(shapes[0])})`,
      );
    }
    return operationProblem({ kind: "concat", n, channels: shapes.map(([, c]) => c), h, w });
  });
}

/** A range `[from, to]` of integers; `to` is not included. A negative number counts from the end. */
export type Range = readonly [from: number, to: number];

/** Options of `slice`: which channels, rows and columns are kept. */
export interface SliceOptions {
  /** Default: all channels. */
  readonly channels?: Range;
  /** Default: all rows. */
  readonly rows?: Range;
  /** Default: all columns. */
  readonly columns?: Range;
  /** 1 keeps every row and column, 2 every second one, and so on: an integer of at least 1, or `[h, w]`. Default 1. */
  readonly step?: Pair;
}

/**
 * A part of a value: PyTorch's `x[:, from:to, top:bottom:step, left:right:step]`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`; `prepare` throws `ERR_SHAPE` for a range that is empty or not within the input
 */
export function slice(options: SliceOptions): Operation {
  const given = checkKeys("slice options", options, ["channels", "rows", "columns", "step"]);
  const [sh, sw] = given.step === undefined ? [1, 1] : checkPair("step", given.step, 1);
  const [channels, rows, columns] = (["channels", "rows", "columns"] as const).map((name) => {
    const range = given[name];
    if (range === undefined) return undefined;
    const least = -(2 ** 31 - 1);
    const ends = checkList(name, range, (each, index) => checkInteger(`${name}[${index}]`, each, least));
    if (ends.length === 2) return ends as [number, number];
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(range)}) must be [from, to]`);
  });
  const within = (name: string, range: Range | undefined, size: number): Range => {
    if (range === undefined) return [0, size];
    const [from, to] = range.map((end) => (end < 0 ? end + size : end)) as [number, number];
    if (from >= 0 && from < to && to <= size) return [from, to];
    throw new ConveneError(
      "ERR_SHAPE",
      `${name} (${show(range)}) must lie within the input's ${size}, and not be empty`,
    );
  };
  return makeOperation("slice", 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    const [fc, tc] = within("channels", channels, c);
    const [fh, th] = within("rows", rows, ih);
    const [fw, tw] = within("columns", columns, iw);
    const [oc, oh, ow] = [tc - fc, Math.ceil((th - fh) / sh), Math.ceil((tw - fw) / sw)];
    return operationProblem({ kind: "slice", n, c, ih, iw, oc, oh, ow, fc, fh, fw, sh, sw });
  });
}

/** Options of `pad`: how many channels, rows and columns are added, and the value in them. Counts are integers of at least 0. */
export interface PadOptions {
  /** Channels before the first and behind the last. Default `[0, 0]`. */
  readonly channels?: readonly [front: number, back: number];
  /** Rows above. Default 0. */
  readonly top?: number;
  /** Columns to the left. Default 0. */
  readonly left?: number;
  /** Rows below. Default 0. */
  readonly bottom?: number;
  /** Columns to the right. Default 0. */
  readonly right?: number;
  /** The value of the new elements. Default 0. */
  readonly value?: number;
}

/**
 * `torch.nn.functional.pad` with a constant. Before a convolution, the convolution's own `padding` and `paddingMode` cost less.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function pad(options: PadOptions): Operation {
  const given = checkKeys("pad options", options, ["channels", "top", "left", "bottom", "right", "value"]);
  const { channels = [0, 0], top: pt = 0, left: pl = 0, bottom: pb = 0, right: pr = 0, value = 0 } = given;
  const [pf, pk] = checkPair("channels", channels, 0);
  return makeOperation("pad", 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    return operationProblem({ kind: "pad", n, c, ih, iw, pf, pk, pt, pl, pb, pr, value });
  });
}

/** The options of `torch.nn.Upsample`, and further options of ONNX's `Resize`. */
export interface UpsampleOptions {
  /** The output's height and width in pixels, at least 1: an integer, or `[h, w]`. Give either `size` or `scale`. */
  readonly size?: Pair;
  /** Output size over input size, above 0: a number, or `[h, w]`. Output sizes are rounded down. */
  readonly scale?: Pair;
  /** Default `"nearest"`. */
  readonly mode?: UpsampleProblem["mode"];
  /** Default: PyTorch's, `"asymmetric"` for nearest and `"halfPixel"` for bilinear. `"alignCorners"` is `align_corners=True`. */
  readonly coordinates?: UpsampleProblem["coordinates"];
  /** Default `"floor"`, PyTorch's. */
  readonly rounding?: UpsampleProblem["rounding"];
}

/**
 * `torch.nn.Upsample`, nearest or bilinear, and ONNX's `Resize`. It can also make images smaller, without smoothing.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function upsample(options: UpsampleOptions): Operation {
  const given = checkKeys("upsample options", options, ["size", "scale", "mode", "coordinates", "rounding"]);
  const mode = checkOneOf("mode", given.mode === undefined ? "nearest" : given.mode, ["nearest", "bilinear"]);
  const standard = mode === "nearest" ? "asymmetric" : "halfPixel";
  const coordinates = checkOneOf(
    "coordinates",
    given.coordinates === undefined ? standard : given.coordinates,
    COORDINATES,
  );
  const rounding = checkOneOf("rounding", given.rounding === undefined ? "floor" : given.rounding, ROUNDINGS);
  if ((given.size === undefined) === (given.scale === undefined)) {
    throw new ConveneError("ERR_INVALID_OPTION", "upsample needs either size or scale");
  }
  const size = given.size === undefined ? undefined : checkPair("size", given.size, 1);
  const [scaleH, scaleW] = given.scale === undefined ? [0, 0] : checkScale(given.scale);
  return makeOperation("upsample", 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    const [oh, ow] = size ?? [Math.floor(ih * scaleH), Math.floor(iw * scaleW)];
    // The problem has no scale if the scale follows from the sizes, so that one problem has one string.
    const exact = oh === ih * scaleH && ow === iw * scaleW;
    const scales = exact ? {} : { scaleH, scaleW };
    return operationProblem({ kind: "upsample", n, c, ih, iw, oh, ow, mode, coordinates, rounding, ...scales });
  });
}

function checkScale(scale: unknown): readonly [number, number] {
  const pair = typeof scale === "number" ? [scale, scale] : readList("scale", scale, 2);
  if (pair?.length === 2 && pair.every((each) => typeof each === "number" && each > 0 && each < Infinity)) {
    return pair as [number, number];
  }
  throw new ConveneError("ERR_INVALID_OPTION", `scale (${show(scale)}) must be a positive number, or [h, w]`);
}

/**
 * `torch.nn.PixelShuffle`: from `[n, c·rh·rw, h, w]` to `[n, c, h·rh, w·rw]`. `order: "dcr"` is ONNX's `DepthToSpace` in its default mode.
 *
 * @param factor an integer of at least 1, or `[rh, rw]`
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function pixelShuffle(factor: Pair, options: { readonly order?: PixelShuffleProblem["order"] } = {}): Operation {
  const [rh, rw] = checkPair("factor", factor, 1);
  const { order = "crd" } = checkKeys("pixelShuffle options", options, ["order"]);
  checkOneOf("order", order, ["crd", "dcr"]);
  return makeOperation("pixelShuffle", 1, ([shape]) => {
    const [n, ic, ih, iw] = shape!;
    return operationProblem({ kind: "pixelShuffle", n, ic, ih, iw, rh, rw, order });
  });
}

/**
 * `torch.reshape` between shapes of four sizes.
 *
 * @param shape integers of at least 1. One of them may be −1, which stands for the size that keeps the number of elements
 * @param options `order`: the layout whose order of elements is kept. Default `"nchw"`, PyTorch's
 * @throws ConveneError `ERR_INVALID_OPTION`, `ERR_SHAPE`; `prepare` throws `ERR_SHAPE` where the number of elements differs
 */
export function reshape(
  shape: readonly [n: number, c: number, h: number, w: number],
  options: { readonly order?: ReshapeProblem["order"] } = {},
): Operation {
  const sizes = checkList("shape", shape, (each, axis) => checkInteger(`shape[${axis}]`, each, -1));
  const { order = "nchw" } = checkKeys("reshape options", options, ["order"]);
  checkOneOf("order", order, ["nchw", "nhwc"]);
  if (sizes.length !== 4 || sizes.filter((each) => each === -1).length > 1) {
    throw new ConveneError("ERR_SHAPE", `shape (${show(shape)}) must be [n, c, h, w], one of them -1 at most`);
  }
  return makeOperation("reshape", 1, ([from]) => {
    const [n, ic, ih, iw] = from!;
    const known = sizes.filter((each) => each !== -1).reduce((product, each) => product * each, 1);
    const rest = (n * ic * ih * iw) / known;
    const [on, oc, oh, ow] = sizes.map((each) => (each === -1 ? rest : each)) as [number, number, number, number];
    if (Number.isInteger(rest)) return operationProblem({ kind: "reshape", n, ic, ih, iw, on, oc, oh, ow, order });
    throw new ConveneError(
      "ERR_SHAPE",
      `shape (${show(sizes)}) does not divide the ${n * ic * ih * iw} elements of ${show(from)}`,
    );
  });
}
