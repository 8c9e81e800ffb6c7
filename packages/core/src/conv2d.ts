/** The class `Conv2d`: torch.nn.Conv2d's options and parameters, with no backend in them. The function is in functional.ts. */

import { type Activation, checkActivation, isClamp } from "./activation.js";
import {
  checkBoolean,
  checkFloat32Array,
  checkInteger,
  checkKeys,
  checkOneOf,
  checkPair,
  MAX_ELEMENTS,
  readFrom,
} from "./check.js";
import { type Cost, problemCost } from "./cost.js";
import { ConveneError, show } from "./errors.js";
import { checkPadding, type Padding, type Pads, type Same, samePadding } from "./padding.js";
import {
  checkGroups,
  type Conv2dProblem,
  conv2dProblem,
  outputShape,
  PADDING_MODES,
  type PaddingMode,
} from "./problem.js";
import { fillUniform, mt19937 } from "./random.js";
import {
  asBatchedAs,
  batched,
  checkShape,
  checkSizes,
  elementCount,
  meantChannelsFirst,
  type Shape,
  type Shape3,
  type Shape4,
} from "./shape.js";
import { hostArray } from "./tensor.js";

/** The options of `torch.nn.Conv2d`, in camelCase, and an activation. Sizes are integers. */
export interface Conv2dOptions {
  /** At least 1; a multiple of `groups`. */
  readonly inChannels: number;
  /** At least 1; a multiple of `groups`. */
  readonly outChannels: number;
  /** In pixels, at least 1: a number, or `[h, w]`. */
  readonly kernelSize: number | readonly [h: number, w: number];
  /** In pixels, at least 1: a number, or `[h, w]`. Default 1. */
  readonly stride?: number | readonly [h: number, w: number];
  /** Default 0. */
  readonly padding?: Padding;
  /** In pixels, at least 1: a number, or `[h, w]`. Default 1. */
  readonly dilation?: number | readonly [h: number, w: number];
  /** 1 is standard, `inChannels` is depthwise. Must divide both channel counts. Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default `"zeros"`. */
  readonly paddingMode?: PaddingMode;
  /**
   * Applied after bias and residual. Default none. A clamp is computed with the convolution; any other activation is an
   * operation after it, in the same network.
   */
  readonly activation?: Activation | undefined;
}

/** Parameters: `weight` in OIHW order, `[outChannels, inChannels / groups, kh, kw]`; `bias` of `outChannels`. */
export interface Conv2dWeights {
  readonly weight: Float32Array;
  readonly bias?: Float32Array | undefined;
}

const KEYS = [
  "inChannels",
  "outChannels",
  "kernelSize",
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "paddingMode",
  "activation",
] as const satisfies readonly (keyof Conv2dOptions)[];

/** The parameters, or the seed from which they are made. */
interface State {
  readonly seed: number;
  weights: Conv2dWeights | undefined;
}

/**
 * Marks a `Conv2d` for every copy of this package, and holds its parameters. A private field would not do: user interfaces wrap their
 * state in proxies, and a proxy cannot reach a private field. It is a function because bundlers would keep an unused class that has a
 * computed member.
 */
const brand = (): symbol => Symbol.for("convene.Conv2d");

/**
 * A convolution layer: `torch.nn.Conv2d`, option for option. Standard, grouped, depthwise and pointwise convolutions
 * are the same class with other `groups` and `kernelSize`. See https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 *
 * @example
 * const depthwise = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1, groups: 32 });
 * const trained = new Conv2d({ inChannels: 3, outChannels: 64, kernelSize: 7, stride: 2 }, { weight, bias });
 */
export class Conv2d {
  readonly inChannels: number;
  readonly outChannels: number;
  /** In pixels, as `stride` and `dilation`. */
  readonly kernelSize: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  /** The four pads, or `"same"` or `"sameLower"`, whose pads depend on the input's size. */
  readonly padding: Pads | Same;
  readonly dilation: readonly [h: number, w: number];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  readonly activation: Activation | undefined;
  readonly hasBias: boolean;

  /**
   * @param parameters the weights, `weight` in OIHW order, kept and not copied; or a seed for PyTorch's default initialisation. A seed,
   * an integer from 0 to 2³² − 1, gives the weights of `torch.manual_seed(seed); torch.nn.Conv2d(...)`. The default seed is 0 for every
   * layer, so layers of one shape are equal unless each has a seed of its own
   * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE` for parameters of the wrong size
   */
  constructor(options: Conv2dOptions, parameters: Conv2dWeights | { readonly seed?: number } = {}) {
    const own = checkLayerOptions("Conv2d options", options, KEYS, "new Conv2d(options, { weight, bias })");
    // Only a missing key has a default. `null` is refused, because it does not mean PyTorch's None here.
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, paddingMode = "zeros" } = own;
    this.inChannels = checkInteger("inChannels", own.inChannels, 1);
    this.outChannels = checkInteger("outChannels", own.outChannels, 1);
    this.kernelSize = checkPair("kernelSize", own.kernelSize, 1);
    this.stride = checkPair("stride", stride, 1);
    this.padding = checkPadding(padding);
    this.dilation = checkPair("dilation", dilation, 1);
    this.groups = checkInteger("groups", groups, 1);
    checkGroups(this.groups, this.inChannels, this.outChannels);
    this.hasBias = checkBoolean("bias", bias);
    this.paddingMode = checkOneOf("paddingMode", paddingMode, PADDING_MODES);
    this.activation = checkActivation(own.activation);
    checkShape(this.weightShape, "weight");

    const given = checkParameters("Conv2d parameters", parameters, ["weight", "bias", "seed"]);
    let state: State;
    if ("weight" in given) {
      if ("seed" in given)
        throw new ConveneError("ERR_INVALID_OPTION", "a seed was given with a weight: pass one of them");
      state = { seed: 0, weights: checkWeights(given, this.weightShape, this.hasBias) };
    } else {
      if ("bias" in given) throw new ConveneError("ERR_INVALID_OPTION", "a bias was given without a weight");
      const { seed = 0 } = given;
      state = { seed: checkInteger("seed", seed, 0, 2 ** 32 - 1), weights: undefined };
    }
    Object.defineProperty(this, brand(), { value: state, configurable: true });
  }

  /** OIHW: `[outChannels, inChannels / groups, kh, kw]`. */
  get weightShape(): Shape4 {
    return [this.outChannels, this.inChannels / this.groups, ...this.kernelSize];
  }

  /** The weights, in OIHW order. The weights of a seed are made when they are first used. */
  get weights(): Conv2dWeights {
    // The property's key is a symbol that all copies of core share. The type of the class cannot name it.
    const state = (this as unknown as Record<symbol, State>)[brand()]!;
    state.weights ??= initialise(this.weightShape, this.hasBias, state.seed);
    return state.weights;
  }

  /**
   * The problem of this layer for an input of shape `[n, inChannels, h, w]`, or `[inChannels, h, w]` for one image. An activation that is
   * no clamp is left out, because it is an operation of its own.
   *
   * @throws ConveneError `ERR_SHAPE` if the input does not fit; `ERR_INVALID_OPTION`
   */
  problem(inputShape: readonly number[], options: { residual?: boolean } = {}): Conv2dProblem {
    const { residual = false } = checkKeys("problem options", options, ["residual"]);
    const given = checkSizes(inputShape, "input");
    const [n, c, ih, iw] = batched(given);
    if (c !== this.inChannels) {
      const meant = meantChannelsFirst(given, this.inChannels);
      throw new ConveneError(
        "ERR_SHAPE",
        c * ih * iw === this.inChannels
          ? `input (${show(given)}) has ${c} channels; expected inChannels (${this.inChannels}). reshape([n, -1, 1, 1]) before this layer flattens it`
          : meant === undefined
            ? `input (${show(given)}) has ${c} channels; expected inChannels (${this.inChannels}). Shapes are [n, c, h, w]`
            : `input (${show(given)}) has ${c} channels; expected inChannels (${this.inChannels}). It looks like [n, h, w, c], and shapes are [n, c, h, w] in every layout: ${show(meant)}, with { layout: "nhwc" } where the data have channels last`,
      );
    }
    const [kh, kw] = this.kernelSize;
    const [sh, sw] = this.stride;
    const [dh, dw] = this.dilation;
    let pads = this.padding;
    if (typeof pads === "string") {
      const [pt, pb] = samePadding(pads, ih, kh, sh, dh);
      const [pl, pr] = samePadding(pads, iw, kw, sw, dw);
      pads = { pt, pl, pb, pr };
    }
    return conv2dProblem({
      n,
      g: this.groups,
      ic: c,
      ih,
      iw,
      oc: this.outChannels,
      kh,
      kw,
      sh,
      sw,
      dh,
      dw,
      ...pads,
      paddingMode: this.paddingMode,
      bias: this.hasBias,
      residual,
      activation: isClamp(this.activation) ? this.activation : undefined,
    });
  }

  /**
   * The output's shape, `[n, outChannels, oh, ow]`, or `[outChannels, oh, ow]` for an input shape without a batch axis.
   *
   * @throws ConveneError `ERR_SHAPE` if the input does not fit; `ERR_INVALID_OPTION`
   */
  outputShape(inputShape: Shape4): Shape4;
  outputShape(inputShape: Shape3): Shape3;
  outputShape(inputShape: readonly number[]): Shape;
  outputShape(inputShape: readonly number[]): Shape {
    return asBatchedAs(inputShape as Shape, outputShape(this.problem(inputShape)));
  }

  /**
   * Multiply-accumulates, parameters and bytes of one run, for an input of this shape.
   *
   * @throws ConveneError `ERR_SHAPE` if the input does not fit; `ERR_INVALID_OPTION`
   */
  cost(inputShape: readonly number[]): Cost {
    return problemCost(this.problem(inputShape));
  }
}

/** Whether `value` is a `Conv2d`, of this copy of the package or of another: a program can have its ESM and its CommonJS build. */
export function isConv2d(value: unknown): value is Conv2d {
  try {
    return brand() in Object(value);
  } catch {
    return false;
  }
}

/**
 * A depthwise convolution with `kernelSize`, and the pointwise convolution that follows it, as in MobileNet (Howard et al., 2017).
 * `stride`, `padding`, `dilation` and `paddingMode` go to the depthwise layer; `activation` and `bias` go to both. `multiplier` is the
 * number of depthwise outputs for each input channel (TensorFlow's `depth_multiplier`), at least 1, default 1. Without parameters the
 * depthwise layer is initialised from seed 0 and the pointwise layer from seed 1.
 *
 * @param parameters `depthwise.weight` is `[inChannels · multiplier, 1, kh, kw]`; `pointwise.weight` is
 * `[outChannels, inChannels · multiplier, 1, 1]`
 * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE` for parameters of the wrong size
 */
export function depthwiseSeparable(
  options: Omit<Conv2dOptions, "groups"> & { readonly multiplier?: number },
  parameters: {
    readonly depthwise?: Conv2dWeights | { readonly seed?: number };
    readonly pointwise?: Conv2dWeights | { readonly seed?: number };
  } = {},
): readonly [depthwise: Conv2d, pointwise: Conv2d] {
  const keys = [...KEYS.filter((key) => key !== "groups"), "multiplier"];
  const given = checkLayerOptions(
    "depthwiseSeparable options",
    options,
    keys,
    "depthwiseSeparable(options, { depthwise: { weight, bias }, pointwise: { weight, bias } })",
  );
  const { depthwise, pointwise = { seed: 1 } } = checkKeys("depthwiseSeparable parameters", parameters, [
    "depthwise",
    "pointwise",
  ]);
  const { multiplier = 1, inChannels, outChannels, bias = true, activation, ...spatial } = given;
  const middle = checkInteger("inChannels", inChannels, 1) * checkInteger("multiplier", multiplier, 1, MAX_ELEMENTS);
  checkInteger("inChannels * multiplier", middle, 1);
  return [
    new Conv2d({ ...spatial, inChannels, outChannels: middle, groups: inChannels, bias, activation }, depthwise),
    new Conv2d({ inChannels: middle, outChannels, kernelSize: 1, bias, activation }, pointwise),
  ];
}

/** Keys that users write among the options, and that belong in the second argument of a layer. */
const PARAMETERS = ["weight", "weights", "seed"];

/**
 * `checkKeys` for the options of a layer that has weights. The message for a weight among the options says where weights go.
 *
 * @param call how the layer is made with weights
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkLayerOptions<T>(name: string, options: T, keys: readonly string[], call: string): T {
  if (typeof options === "number") {
    const [first, second] = keys;
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${name} (${show(options)}) must be an object, { ${first}, ${second}, ... }`,
    );
  }
  readFrom(name, () => {
    for (const key of PARAMETERS) {
      if (!(key in Object(options))) continue;
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `${name} has no key ${show(key)}: weights and seed are the second argument, ${call}`,
      );
    }
  });
  const own = checkKeys(name, options, keys);
  const { bias } = own as { readonly bias?: unknown };
  if (typeof bias === "object" && bias !== null) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `bias (${show(bias)}) must be true or false: its values are in the second argument, ${call}`,
    );
  }
  return own;
}

/** `checkKeys` for the parameters of a layer. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkParameters<T>(name: string, parameters: T, keys: readonly string[]): T {
  if (
    parameters === undefined ||
    readFrom("parameters", () => Array.isArray(parameters)) ||
    ArrayBuffer.isView(parameters)
  ) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(parameters)}) must be an object, { weight, bias }`);
  }
  return checkKeys(name, parameters, keys);
}

/**
 * Checks parameters against a weight shape, for `Conv2d` and for `prepareConv2d`.
 *
 * @param order of the weight's axes, for the message
 * @throws ConveneError `ERR_SHAPE`; `ERR_INVALID_OPTION`
 */
export function checkWeights(weights: Conv2dWeights, shape: Shape4, hasBias: boolean, order = "OIHW"): Conv2dWeights {
  if (typeof weights !== "object" || weights === null) {
    throw new ConveneError("ERR_INVALID_OPTION", `weights (${show(weights)}) must be { weight, bias }`);
  }
  const { weight, bias } = readFrom("weights", () => ({ weight: weights.weight, bias: weights.bias }));
  checkFloat32Array("weight", weight, elementCount(shape), order, shape);
  if (hasBias && bias === undefined) {
    throw new ConveneError("ERR_SHAPE", `bias is missing: pass a Float32Array of ${shape[0]}, or bias: false`);
  }
  if (!hasBias && bias !== undefined) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      "a bias was given where bias is false: leave out one of the two; what foldBatchNorm gives has a bias",
    );
  }
  if (bias !== undefined) checkFloat32Array("bias", bias, shape[0], "one for each of outChannels");
  return { weight, bias };
}

/**
 * PyTorch's default: `kaiming_uniform_(weight, a=sqrt(5))`, then a bias uniform in ±1/sqrt(fan_in). The code follows
 * torch/nn/init.py and nn/modules/conv.py expression by expression, because the bits depend on the rounding of each.
 */
function initialise(shape: Shape4, hasBias: boolean, seed: number): Conv2dWeights {
  const fanIn = shape[1] * shape[2] * shape[3];
  const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
  const bound = Math.sqrt(3) * (gain / Math.sqrt(fanIn));
  const random = mt19937(seed);
  const weight = hostArray(shape[0] * fanIn);
  fillUniform(random, weight, -bound, bound);
  if (!hasBias) return { weight };
  const bias = hostArray(shape[0]);
  fillUniform(random, bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  return { weight, bias };
}
