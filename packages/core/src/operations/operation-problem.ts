/**
 * The operations of networks beside convolution, with every size known: a tagged union, one member for each kind. Names of sizes are
 * those of `Conv2dProblem`; `c`, `h` and `w` are channels, height and width where input and output have the same.
 *
 * The tables below say which fields a kind has. Checks, strings and types of fields all come from them.
 */

import { type Activation, checkActivation, checkClamp, type Clamp } from "../activation.js";
import { checkBoolean, checkInteger, checkKeys, checkList, checkOneOf, readFrom } from "../check.js";
import { ConveneError, show } from "../errors.js";
import type { Conv2dProblem } from "../problem.js";
import { checkShape, type Shape4 } from "../shape.js";

/** A function of each element: `torch.nn.SiLU` and its like. */
export interface ActivationProblem {
  readonly kind: "activation";
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly activation: Activation;
}

/** `torch.nn.PReLU`: below 0, x times a slope of its channel. The parameter `slope` has `c` elements. */
export interface PreluProblem {
  readonly kind: "prelu";
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/**
 * `torch.nn.MaxPool2d` and `torch.nn.AvgPool2d`. With `ceilMode` sizes are rounded up, and a last window that would begin in the
 * padding at the end is left out. An average divides by the window's elements within the padded input (`countIncludePad`), or
 * within the input. A maximum leaves padding out, and is NaN where its window has a NaN.
 */
export interface Pool2dProblem {
  readonly kind: "maxPool2d" | "avgPool2d";
  readonly n: number;
  readonly c: number;
  readonly ih: number;
  readonly iw: number;
  readonly oh: number;
  readonly ow: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly pt: number;
  readonly pl: number;
  readonly pb: number;
  readonly pr: number;
  readonly dh: number;
  readonly dw: number;
  readonly ceilMode: boolean;
  /** For `"avgPool2d"`: whether padding counts in the divisor. Always true for `"maxPool2d"`, where it has no meaning. */
  readonly countIncludePad: boolean;
}

/** `a + b` or `a · b`, and then a clamp. The second input has the first one's shape, or with `perChannel` `[n, c, 1, 1]`. */
export interface BinaryProblem {
  readonly kind: "add" | "multiply";
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly perChannel: boolean;
  readonly activation: Clamp | undefined;
}

/** `torch.cat` along channels: input i has `channels[i]` of them. */
export interface ConcatProblem {
  readonly kind: "concat";
  readonly n: number;
  readonly channels: readonly number[];
  readonly h: number;
  readonly w: number;
}

/** A part of the input: `oc` channels from `fc` on, `oh` rows from `fh` on, every `sh`-th of them, and `ow` columns likewise. */
export interface SliceProblem {
  readonly kind: "slice";
  readonly n: number;
  readonly c: number;
  readonly ih: number;
  readonly iw: number;
  readonly oc: number;
  readonly oh: number;
  readonly ow: number;
  readonly fc: number;
  readonly fh: number;
  readonly fw: number;
  readonly sh: number;
  readonly sw: number;
}

/** `torch.nn.ChannelShuffle`: output channel `j·g + i` is input channel `i·(c/g) + j`. */
export interface ChannelShuffleProblem {
  readonly kind: "channelShuffle";
  readonly n: number;
  readonly g: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/** `torch.nn.functional.pad` with a constant: `pf` channels before and `pk` behind, and rows and columns around. */
export interface PadProblem {
  readonly kind: "pad";
  readonly n: number;
  readonly c: number;
  readonly ih: number;
  readonly iw: number;
  readonly pf: number;
  readonly pk: number;
  readonly pt: number;
  readonly pl: number;
  readonly pb: number;
  readonly pr: number;
  /** The value of the new elements: any number that is not NaN. */
  readonly value: number;
}

/** The place of an output pixel's centre in the input: ONNX's `coordinate_transformation_mode`. */
export const COORDINATES = ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"] as const;
/** The choice of the nearest pixel: ONNX's `nearest_mode`. */
export const ROUNDINGS = ["floor", "ceil", "roundPreferFloor", "roundPreferCeil"] as const;

/** `torch.nn.Upsample`, ONNX's `Resize`. `upsampleSources` says which input pixels an output pixel is made of. */
export interface UpsampleProblem {
  readonly kind: "upsample";
  readonly n: number;
  readonly c: number;
  readonly ih: number;
  readonly iw: number;
  readonly oh: number;
  readonly ow: number;
  readonly mode: "nearest" | "bilinear";
  readonly coordinates: (typeof COORDINATES)[number];
  readonly rounding: (typeof ROUNDINGS)[number];
  /** Output height over input height, above 0, as a file may give it. 0: the ratio of the sizes. */
  readonly scaleH: number;
  /** Output width over input width, above 0. 0: the ratio of the sizes. */
  readonly scaleW: number;
}

/** `torch.nn.Softmax2d`: over the channels of each pixel. */
export interface SoftmaxProblem {
  readonly kind: "softmax";
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/**
 * `torch.nn.GroupNorm` without weight and bias (Wu and He, 2018), and with `g` = `c` `torch.nn.InstanceNorm2d`: y = (x − mean) / √(variance + eps).
 * Mean and variance are those of all pixels of the `c / g` channels of a group, for each image. The variance divides by the number of
 * elements.
 */
export interface GroupNormProblem {
  readonly kind: "groupNorm";
  readonly n: number;
  readonly g: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  /** At least 0. */
  readonly eps: number;
}

/**
 * `torch.nn.LayerNorm` over the channels of each pixel, without weight and bias (Ba et al., 2016), as in ConvNeXt: y = (x − mean) / √(variance + eps).
 * Mean and variance are those of the `c` channels of a pixel. The variance divides by `c`.
 */
export interface LayerNormProblem {
  readonly kind: "layerNorm";
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  /** At least 0. */
  readonly eps: number;
}

/**
 * `torch.nn.PixelShuffle`, with a factor for each axis: output channel k at row `y·rh + i`, column `x·rw + j` is the input at row y,
 * column x in channel `k·rh·rw + i·rw + j` (`"crd"`), or `(i·rw + j)·oc + k` (`"dcr"`, ONNX's default).
 */
export interface PixelShuffleProblem {
  readonly kind: "pixelShuffle";
  readonly n: number;
  readonly ic: number;
  readonly ih: number;
  readonly iw: number;
  readonly rh: number;
  readonly rw: number;
  readonly order: "crd" | "dcr";
}

/** The same elements, in the order of a layout, under another shape. */
export interface ReshapeProblem {
  readonly kind: "reshape";
  readonly n: number;
  readonly ic: number;
  readonly ih: number;
  readonly iw: number;
  readonly on: number;
  readonly oc: number;
  readonly oh: number;
  readonly ow: number;
  readonly order: "nchw" | "nhwc";
}

/** An operation other than a convolution, fully resolved. */
export type OperationProblem =
  | ActivationProblem
  | PreluProblem
  | Pool2dProblem
  | BinaryProblem
  | ConcatProblem
  | SliceProblem
  | ChannelShuffleProblem
  | PadProblem
  | UpsampleProblem
  | SoftmaxProblem
  | GroupNormProblem
  | LayerNormProblem
  | PixelShuffleProblem
  | ReshapeProblem;

/** A problem of a layer. An operation's has a `kind`; a convolution's has none. */
export type Problem = Conv2dProblem | OperationProblem;

/**
 * Whether a problem is of an operation other than a convolution.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where `problem` cannot be read, such as a revoked proxy
 */
export function isOperationProblem(problem: Problem): problem is OperationProblem {
  return readFrom("problem", () => "kind" in Object(problem));
}

/** The problem's tag: `"maxPool2d"` and so on. */
export type OperationKind = OperationProblem["kind"];

/** The trained parameters of an operation. */
export interface OperationParameters {
  /** For `"prelu"`: one slope for each channel, `c` elements. */
  readonly slope?: Float32Array;
}

/** A field of a problem. In strings a size is `kh3`, a flag its key, a choice its value, a number `value-0.5`, a list `channels16:24`. */
export type Field =
  /** An integer of at least `least`. `standard` is the default, or the name of the field whose value is the default. */
  | { readonly type: "size"; readonly least: number; readonly standard?: number | string }
  /** Computed from the other fields. */
  | { readonly type: "derived" }
  | { readonly type: "flag"; readonly standard: boolean; readonly word: string }
  | { readonly type: "choice"; readonly options: readonly string[]; readonly standard?: string }
  | { readonly type: "number"; readonly standard: number; readonly least: number }
  | { readonly type: "list" }
  | { readonly type: "activation"; readonly clamp: boolean };

const sizeField = (standard?: number | string, least = 1): Field =>
  standard === undefined ? { type: "size", least } : { type: "size", least, standard };
const DERIVED: Field = { type: "derived" };
const IMAGES = { n: sizeField(1, 0), c: sizeField(), h: sizeField(), w: sizeField("h") };
/** PyTorch's default of `eps`. */
const EPS: Field = { type: "number", standard: Math.fround(1e-5), least: 0 };
const INPUT = { ih: sizeField(), iw: sizeField("ih") };
const PADS = { pt: sizeField(0, 0), pl: sizeField(0, 0), pb: sizeField(0, 0), pr: sizeField(0, 0) };
const POOL = {
  n: sizeField(1, 0),
  c: sizeField(),
  ...INPUT,
  oh: DERIVED,
  ow: DERIVED,
  kh: sizeField(),
  kw: sizeField("kh"),
  sh: sizeField(1),
  sw: sizeField("sh"),
  ...PADS,
  dh: sizeField(1),
  dw: sizeField("dh"),
  ceilMode: { type: "flag", standard: false, word: "ceilMode" },
  countIncludePad: { type: "flag", standard: true, word: "countExcludePad" },
} as const satisfies Record<string, Field>;
const BINARY = {
  ...IMAGES,
  perChannel: { type: "flag", standard: false, word: "perChannel" },
  activation: { type: "activation", clamp: true },
} as const satisfies Record<string, Field>;

/** The fields of each kind, in the order of its strings. */
export const OPERATION_FIELDS: Readonly<Record<OperationKind, Readonly<Record<string, Field>>>> = {
  activation: { activation: { type: "activation", clamp: false }, ...IMAGES },
  prelu: IMAGES,
  maxPool2d: POOL,
  avgPool2d: POOL,
  add: BINARY,
  multiply: BINARY,
  concat: { n: sizeField(1, 0), channels: { type: "list" }, h: sizeField(), w: sizeField("h") },
  slice: {
    n: sizeField(1, 0),
    c: sizeField(),
    ...INPUT,
    oc: sizeField("c"),
    oh: sizeField("ih"),
    ow: sizeField("iw"),
    fc: sizeField(0, 0),
    fh: sizeField(0, 0),
    fw: sizeField(0, 0),
    sh: sizeField(1),
    sw: sizeField("sh"),
  },
  channelShuffle: { n: sizeField(1, 0), g: sizeField(), c: sizeField(), h: sizeField(), w: sizeField("h") },
  pad: {
    n: sizeField(1, 0),
    c: sizeField(),
    ...INPUT,
    pf: sizeField(0, 0),
    pk: sizeField(0, 0),
    ...PADS,
    value: { type: "number", standard: 0, least: -Infinity },
  },
  upsample: {
    n: sizeField(1, 0),
    c: sizeField(),
    ...INPUT,
    oh: sizeField(),
    ow: sizeField("oh"),
    mode: { type: "choice", options: ["nearest", "bilinear"] },
    coordinates: { type: "choice", options: COORDINATES, standard: "asymmetric" },
    rounding: { type: "choice", options: ROUNDINGS, standard: "floor" },
    scaleH: { type: "number", standard: 0, least: 0 },
    scaleW: { type: "number", standard: 0, least: 0 },
  },
  softmax: IMAGES,
  groupNorm: { n: sizeField(1, 0), g: sizeField(), c: sizeField(), h: sizeField(), w: sizeField("h"), eps: EPS },
  layerNorm: { ...IMAGES, eps: EPS },
  pixelShuffle: {
    n: sizeField(1, 0),
    ic: sizeField(),
    ...INPUT,
    rh: sizeField(),
    rw: sizeField("rh"),
    order: { type: "choice", options: ["crd", "dcr"], standard: "crd" },
  },
  reshape: {
    n: sizeField(1, 0),
    ic: sizeField(),
    ...INPUT,
    on: sizeField("n", 0),
    oc: sizeField(),
    oh: sizeField(),
    ow: sizeField("oh"),
    order: { type: "choice", options: ["nchw", "nhwc"], standard: "nchw" },
  },
};

/** The kinds of all operations beside convolution, for `features.operations` of a backend that has them all. */
export const OPERATION_KINDS = Object.keys(OPERATION_FIELDS) as readonly OperationKind[];

/** The argument of `operationProblem`: the fields of the problem. Fields that have a default may be left out. */
export type OperationProblemSpec = OperationProblem extends infer P
  ? P extends OperationProblem
    ? Pick<P, "kind"> & Partial<P>
    : never
  : never;

/** The problems that `operationProblem` made. They are frozen, so they are still valid, and are not checked again. */
const RESOLVED = new WeakSet<object>();

/**
 * Resolves and checks an operation. Everything that any backend could be asked to do passes through here.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE`
 */
export function operationProblem<Spec extends OperationProblemSpec>(
  spec: Spec,
): Extract<OperationProblem, { kind: Spec["kind"] }> {
  // The cast: `RESOLVED` has only problems that this function returned, and their kind is the spec's.
  if (RESOLVED.has(spec)) return spec as unknown as Extract<OperationProblem, { kind: Spec["kind"] }>;
  const kind = checkOneOf(
    "kind",
    readFrom("problem", () => (spec as OperationProblemSpec | undefined)?.kind),
    OPERATION_KINDS,
  );
  const fields = OPERATION_FIELDS[kind];
  const given: Record<string, unknown> = checkKeys<object>("problem", spec, ["kind", ...Object.keys(fields)]) as Record<
    string,
    unknown
  >;
  const made: Record<string, unknown> = { kind };
  for (const [key, field] of Object.entries(fields)) made[key] = checkField(key, field, given[key], made);
  Object.assign(made, FINISH[kind]?.(made as never));
  const problem = Object.freeze(made) as unknown as OperationProblem;
  for (const [index, shape] of inputShapesOf(problem).entries()) checkShape(shape, `input ${index}`);
  checkShape(outputShapeOf(problem), "output");
  RESOLVED.add(problem);
  return problem as Extract<OperationProblem, { kind: Spec["kind"] }>;
}

function checkField(key: string, field: Field, value: unknown, made: Readonly<Record<string, unknown>>): unknown {
  switch (field.type) {
    case "size": {
      const { standard } = field;
      return checkInteger(
        key,
        value === undefined && standard !== undefined
          ? typeof standard === "string"
            ? made[standard]
            : standard
          : value,
        field.least,
      );
    }
    case "derived":
      return undefined;
    case "flag":
      return checkBoolean(key, value === undefined ? field.standard : value);
    case "choice":
      return checkOneOf(key, value === undefined ? field.standard : value, field.options);
    case "number": {
      const number = value === undefined ? field.standard : value;
      if (typeof number !== "number" || !(number >= field.least)) {
        const least = field.least === -Infinity ? "a number" : `a number of at least ${field.least}`;
        throw new ConveneError("ERR_INVALID_OPTION", `${key} (${show(value)}) must be ${least}`);
      }
      return Math.fround(number);
    }
    case "list": {
      const list = checkList(key, value as readonly unknown[], (each, index) =>
        checkInteger(`${key}[${index}]`, each, 1),
      );
      if (list.length > 0) return Object.freeze(list);
      throw new ConveneError("ERR_INVALID_OPTION", `${key} must have at least one entry`);
    }
    case "activation":
      if (field.clamp) return checkClamp(value);
      if (value === undefined) throw new ConveneError("ERR_INVALID_OPTION", "activation is missing");
      return checkActivation(value);
  }
}

/** The sizes that are computed from the fields, and the checks of several fields together. */
const FINISH: { readonly [K in OperationKind]?: (p: Extract<OperationProblem, { kind: K }>) => object } = {
  maxPool2d: pooled,
  avgPool2d: pooled,
  slice(p) {
    const last = [
      ["channels", p.fc + p.oc, p.c],
      ["rows", p.fh + (p.oh - 1) * p.sh + 1, p.ih],
      ["columns", p.fw + (p.ow - 1) * p.sw + 1, p.iw],
    ] as const;
    for (const [what, end, most] of last) {
      if (end > most) {
        throw new ConveneError("ERR_SHAPE", `a slice up to ${what} ${end} must end within the input's ${most}`);
      }
    }
    return {};
  },
  channelShuffle: checkGroups,
  groupNorm: checkGroups,
  pixelShuffle(p) {
    if (p.ic % (p.rh * p.rw) === 0) return {};
    throw new ConveneError(
      "ERR_SHAPE",
      `pixelShuffle by ${p.rh} x ${p.rw} needs channels that ${p.rh * p.rw} divides; the input has ${p.ic}`,
    );
  },
  reshape(p) {
    const [before, after] = [p.n * p.ic * p.ih * p.iw, p.on * p.oc * p.oh * p.ow];
    if (before === after) return {};
    throw new ConveneError(
      "ERR_SHAPE",
      `reshape from ${show([p.n, p.ic, p.ih, p.iw])} (${before} elements) to ${show([p.on, p.oc, p.oh, p.ow])} (${after}) must keep the elements`,
    );
  },
};

function checkGroups({ g, c }: { readonly g: number; readonly c: number }): object {
  if (c % g === 0) return {};
  throw new ConveneError("ERR_INVALID_OPTION", `groups (${g}) must divide the channels (${c})`);
}

/** The formula of torch.nn.MaxPool2d, with its limit on padding. */
function pooled(p: Pool2dProblem): Pick<Pool2dProblem, "oh" | "ow"> {
  const axis = (
    name: string,
    size: number,
    kernel: number,
    stride: number,
    dilation: number,
    before: number,
    after: number,
  ) => {
    const reach = (kernel - 1) * dilation + 1;
    if (before >= reach || after >= reach) {
      const worst = Math.max(before, after);
      throw new ConveneError(
        "ERR_SHAPE",
        `padding (${worst}) must be less than the pooling window's ${name} (${reach})`,
      );
    }
    const steps = (size + before + after - reach) / stride;
    if (steps < 0) {
      throw new ConveneError(
        "ERR_SHAPE",
        `the pooling window's ${name} (${reach}) must fit in the padded input (${size + before + after})`,
      );
    }
    const rounded = p.ceilMode ? Math.ceil(steps) : Math.floor(steps);
    // A window that would begin beyond the input and the padding before it has nothing to pool.
    return 1 + (p.ceilMode && rounded * stride >= size + before ? rounded - 1 : rounded);
  };
  return {
    oh: axis("height", p.ih, p.kh, p.sh, p.dh, p.pt, p.pb),
    ow: axis("width", p.iw, p.kw, p.sw, p.dw, p.pl, p.pr),
  };
}

/**
 * The shapes of an operation's inputs, `[n, c, h, w]` each, in order.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function operationInputShapes(problem: OperationProblem): readonly Shape4[] {
  return inputShapesOf(operationProblem(problem));
}

/**
 * The shape of an operation's output, `[n, c, h, w]`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function operationOutputShape(problem: OperationProblem): Shape4 {
  return outputShapeOf(operationProblem(problem));
}

function inputShapesOf(p: OperationProblem): readonly Shape4[] {
  switch (p.kind) {
    case "activation":
    case "prelu":
    case "softmax":
    case "groupNorm":
    case "layerNorm":
    case "channelShuffle":
      return [[p.n, p.c, p.h, p.w]];
    case "maxPool2d":
    case "avgPool2d":
    case "slice":
    case "pad":
    case "upsample":
      return [[p.n, p.c, p.ih, p.iw]];
    case "add":
    case "multiply":
      return [
        [p.n, p.c, p.h, p.w],
        [p.n, p.c, p.perChannel ? 1 : p.h, p.perChannel ? 1 : p.w],
      ];
    case "concat":
      return p.channels.map((c) => [p.n, c, p.h, p.w]);
    case "pixelShuffle":
    case "reshape":
      return [[p.n, p.ic, p.ih, p.iw]];
  }
}

function outputShapeOf(p: OperationProblem): Shape4 {
  switch (p.kind) {
    case "activation":
    case "prelu":
    case "softmax":
    case "groupNorm":
    case "layerNorm":
    case "channelShuffle":
    case "add":
    case "multiply":
      return [p.n, p.c, p.h, p.w];
    case "maxPool2d":
    case "avgPool2d":
    case "upsample":
      return [p.n, p.c, p.oh, p.ow];
    case "slice":
      return [p.n, p.oc, p.oh, p.ow];
    case "pad":
      return [p.n, p.pf + p.c + p.pk, p.pt + p.ih + p.pb, p.pl + p.iw + p.pr];
    case "concat":
      return [p.n, p.channels.reduce((sum, c) => sum + c, 0), p.h, p.w];
    case "pixelShuffle":
      return [p.n, p.ic / (p.rh * p.rw), p.ih * p.rh, p.iw * p.rw];
    case "reshape":
      return [p.on, p.oc, p.oh, p.ow];
  }
}
