/**
 * `ConvTranspose2d`, as convolutions. An output row y reads the input row i through the tap t where `y + padding = i·stride + t·dilation`.
 * So the taps of a row depend on its phase alone, `(y + padding) mod stride`. The outputs of one phase are a convolution of the input
 * with the taps of that phase. All phases together are one convolution with stride² times as many output channels. `pixelShuffle` then
 * puts their pixels side by side, and a slice cuts the padding off. See Shi et al., "Is the deconvolution layer the same as a
 * convolutional layer?" (2016).
 */

import { type Activation, checkActivation } from "./activation.js";
import { checkBoolean, checkInteger, checkKeys, checkPair, readFrom } from "./check.js";
import { checkLayerOptions, checkParameters, checkWeights, Conv2d, type Conv2dWeights } from "./conv2d.js";
import { ConveneError, show } from "./errors.js";
import { pixelShuffle } from "./operations/layers.js";
import { makeOperation, type Operation } from "./operations/operation.js";
import { operationProblem } from "./operations/operation-problem.js";
import { checkGroups } from "./problem.js";
import type { Shape4 } from "./shape.js";

type Pair = number | readonly [h: number, w: number];

/** The options of `torch.nn.ConvTranspose2d`, in camelCase, and an activation. Sizes are integers; a pair is one number or `[h, w]`. */
export interface ConvTranspose2dOptions {
  /** At least 1; a multiple of `groups`. */
  readonly inChannels: number;
  /** At least 1; a multiple of `groups`. */
  readonly outChannels: number;
  /** In pixels, at least 1. */
  readonly kernelSize: Pair;
  /** In pixels, at least 1. Default 1. */
  readonly stride?: Pair;
  /**
   * Pixels that are cut off at each edge of the full result, at least 0: a number, `[h, w]`, or each edge by itself, as in ONNX.
   * Default 0.
   */
  readonly padding?:
    | Pair
    | { readonly top?: number; readonly left?: number; readonly bottom?: number; readonly right?: number };
  /** Rows and columns that are added at the bottom and right: from 0 to less than the stride or the dilation. Default 0. */
  readonly outputPadding?: Pair;
  /** At least 1; divides both channel counts. Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** In pixels, at least 1. Default 1. */
  readonly dilation?: Pair;
  /** Applied after the bias. Default none. */
  readonly activation?: Activation | undefined;
}

const KEYS = [
  "inChannels",
  "outChannels",
  "kernelSize",
  "stride",
  "padding",
  "outputPadding",
  "groups",
  "bias",
  "dilation",
  "activation",
] as const satisfies readonly (keyof ConvTranspose2dOptions)[];

/** One axis: its phases as a convolution, and the pixels that are cut off. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** How many taps the convolution of one phase has. */
  readonly taps: number;
  /** The dilation of the convolution of one phase. */
  readonly spread: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** Pixels cut off at the beginning and the end. */
  readonly first: number;
  readonly last: number;
}

/** Marks a `ConvTranspose2d` for every copy of this package. */
const brand = (): symbol => Symbol.for("convene.ConvTranspose2d");

/**
 * A transposed convolution layer: `torch.nn.ConvTranspose2d`, option for option. In a network it becomes a convolution, followed by a
 * `pixelShuffle` for a stride above 1 and a `slice` where pixels must be cut off. See
 * https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d {
  /** The layers that compute the transposed convolution. Each reads the layer before it. */
  readonly layers: readonly [Conv2d, ...Operation[]];
  /** Applied after the last of `layers`. */
  readonly activation: Activation | undefined;

  /**
   * @param weights `weight` is `[inChannels, outChannels / groups, kh, kw]`, as in PyTorch; `bias` is `[outChannels]`
   * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE` for weights of the wrong size
   */
  constructor(options: ConvTranspose2dOptions, weights: Conv2dWeights) {
    const own = checkLayerOptions(
      "ConvTranspose2d options",
      options,
      KEYS,
      "new ConvTranspose2d(options, { weight, bias })",
    );
    const { stride = 1, padding = 0, outputPadding = 0, groups = 1, bias = true, dilation = 1 } = own;
    const inChannels = checkInteger("inChannels", own.inChannels, 1);
    const outChannels = checkInteger("outChannels", own.outChannels, 1);
    checkInteger("groups", groups, 1);
    checkGroups(groups, inChannels, outChannels);
    checkBoolean("bias", bias);
    const [kh, kw] = checkPair("kernelSize", own.kernelSize, 1);
    const [sh, sw] = checkPair("stride", stride, 1);
    const [dh, dw] = checkPair("dilation", dilation, 1);
    const [oph, opw] = checkPair("outputPadding", outputPadding, 0);
    const pads = checkEdges(padding);
    const h = axisOf("height", kh, sh, dh, pads.top, pads.bottom, oph);
    const w = axisOf("width", kw, sw, dw, pads.left, pads.right, opw);
    const shape: Shape4 = [inChannels, outChannels / groups, kh, kw];
    const given = checkParameters("ConvTranspose2d weights", weights, ["weight", "bias"]);
    const { weight } = checkWeights({ weight: given.weight }, shape, false, "IOHW");
    if (bias) checkWeights({ weight: new Float32Array(outChannels), bias: given.bias }, [outChannels, 1, 1, 1], true);
    else if (given.bias !== undefined) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        "a bias was given where bias is false: leave out one of the two; what foldBatchNorm gives has a bias",
      );
    }
    this.activation = checkActivation(own.activation);
    const phases = sh * sw;
    const conv = new Conv2d(
      {
        inChannels,
        outChannels: outChannels * phases,
        kernelSize: [h.taps, w.taps],
        dilation: [h.spread, w.spread],
        padding: { top: h.padBefore, left: w.padBefore, bottom: h.padAfter, right: w.padAfter },
        groups,
        bias,
      },
      {
        weight: phaseWeights(weight, shape, groups, h, w),
        ...(bias && { bias: repeat(given.bias!, phases) }),
      },
    );
    const cuts = [h.first, h.last, w.first, w.last];
    this.layers = [
      conv,
      ...(phases > 1 ? [pixelShuffle([sh, sw])] : []),
      ...(cuts.some((cut) => cut !== 0) ? [crop(h, w)] : []),
    ];
    Object.defineProperty(this, brand(), { value: true });
  }
}

/** Whether `value` is a `ConvTranspose2d`, of this copy of the package or of another. */
export function isConvTranspose2d(value: unknown): value is ConvTranspose2d {
  try {
    return brand() in Object(value);
  } catch {
    return false;
  }
}

function checkEdges(padding: NonNullable<ConvTranspose2dOptions["padding"]>) {
  if (typeof padding === "number" || readFrom("padding", () => Array.isArray(padding))) {
    const [h, w] = checkPair("padding", padding, 0);
    return { top: h, left: w, bottom: h, right: w };
  }
  if (typeof padding !== "object" || padding === null) {
    const expected = "must be an integer, [h, w] or { top, left, bottom, right }";
    throw new ConveneError("ERR_INVALID_OPTION", `padding (${show(padding)}) ${expected}`);
  }
  const keys = ["top", "left", "bottom", "right"] as const;
  const edges = checkKeys("padding", padding as Partial<Record<(typeof keys)[number], number>>, keys);
  const { top = 0, left = 0, bottom = 0, right = 0 } = edges;
  for (const [edge, value] of Object.entries({ top, left, bottom, right })) checkInteger(`padding.${edge}`, value, 0);
  return { top, left, bottom, right };
}

/**
 * The output pixel `P = q·stride + r` of the full result reads the inputs `q - e` with those taps
 * `(e·stride + r) / dilation` that are whole numbers; e goes up to `last tap·dilation / stride`. The number of pixels
 * cut off at the end is the same for every input size.
 */
function axisOf(
  name: string,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
  outputPadding: number,
): Axis {
  if (outputPadding >= Math.max(stride, dilation)) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `outputPadding (${outputPadding}) must be less than the stride (${stride}) or the dilation (${dilation}) of the ${name}`,
    );
  }
  const reach = dilation * (kernel - 1);
  const most = Math.floor(reach / stride);
  const start = Math.min(Math.floor(before / stride), most);
  const padAfter = Math.max(0, Math.floor((reach + outputPadding - after) / stride));
  return {
    kernel,
    stride,
    dilation,
    // A single phase has all taps, at their dilation. If there are several phases, each lacks some taps, and zeros take
    // the place of these taps.
    taps: stride === 1 ? kernel : most + 1,
    spread: stride === 1 ? dilation : 1,
    padBefore: most - start,
    padAfter,
    first: before - start * stride,
    last: (padAfter + 1) * stride + after - reach - outputPadding - 1,
  };
}

/** From `[ic, oc / g, kh, kw]` to OIHW with a channel for each phase: `[oc·sh·sw, ic / g, taps, taps]`; taps that a phase lacks are 0. */
function phaseWeights(
  weight: Float32Array,
  [ic, ocPerGroup, kh, kw]: Shape4,
  groups: number,
  h: Axis,
  w: Axis,
): Float32Array {
  const icPerGroup = ic / groups;
  const packed = new Float32Array(groups * ocPerGroup * h.stride * w.stride * icPerGroup * h.taps * w.taps);
  for (let c = 0; c < ic; c++) {
    const group = Math.floor(c / icPerGroup);
    for (let o = 0; o < ocPerGroup; o++) {
      for (let ky = 0; ky < kh; ky++) {
        const [phaseY, tapY] = phaseOf(ky, h);
        for (let kx = 0; kx < kw; kx++) {
          const [phaseX, tapX] = phaseOf(kx, w);
          const channel = ((group * ocPerGroup + o) * h.stride + phaseY) * w.stride + phaseX;
          const to = ((channel * icPerGroup + (c % icPerGroup)) * h.taps + tapY) * w.taps + tapX;
          packed[to] = weight[((c * ocPerGroup + o) * kh + ky) * kw + kx]!;
        }
      }
    }
  }
  return packed;
}

/** The phase that a tap belongs to, and its place among the taps of that phase's convolution. */
function phaseOf(tap: number, { stride, dilation, taps, spread }: Axis): readonly [phase: number, place: number] {
  const at = tap * dilation;
  return [at % stride, taps - 1 - Math.floor(at / stride) / spread];
}

function repeat(values: Float32Array, times: number): Float32Array {
  return Float32Array.from({ length: values.length * times }, (_, index) => values[Math.floor(index / times)]!);
}

function crop(h: Axis, w: Axis): Operation {
  return makeOperation("slice", 1, ([shape]) => {
    const [n, c, ih, iw] = shape!;
    const [oh, ow] = [ih - h.first - h.last, iw - w.first - w.last];
    if (oh < 1 || ow < 1) {
      throw new ConveneError("ERR_SHAPE", `padding leaves ${oh} x ${ow} of a transposed convolution's output`);
    }
    return operationProblem({ kind: "slice", n, c, ih, iw, oh, ow, fh: h.first, fw: w.first });
  });
}
