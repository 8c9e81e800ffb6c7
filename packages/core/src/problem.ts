/** A problem: a fully resolved convolution, which is all that a backend needs to know to plan it. */

import { checkClamp, type Clamp } from "./activation.js";
import { checkBoolean, checkInteger, checkKeys, checkOneOf } from "./check.js";
import { ConveneError } from "./errors.js";
import { checkShape, type Shape4 } from "./shape.js";

/** The pixel that a tap outside the input reads: `torch.nn.Conv2d`'s `padding_mode`. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

export const PADDING_MODES = ["zeros", "reflect", "replicate", "circular"] as const satisfies readonly PaddingMode[];

/**
 * One convolution with every size known. Names are the field's: `n` batch (0: an empty one), `g` groups, `ic`/`oc` input and output
 * channels, `ih`/`iw` and `oh`/`ow` input and output size, `kh`/`kw` kernel, `sh`/`sw` stride, `dh`/`dw` dilation,
 * `pt`/`pl`/`pb`/`pr` padding at the top, left, bottom and right. Weights are OIHW, `[oc, ic / g, kh, kw]`.
 */
export interface Conv2dProblem {
  readonly n: number;
  readonly g: number;
  readonly ic: number;
  readonly ih: number;
  readonly iw: number;
  readonly oc: number;
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
  readonly paddingMode: PaddingMode;
  /** Whether a bias of `oc` elements is added. */
  readonly bias: boolean;
  /** Whether `run` takes a residual, a tensor of the output's shape that is added before the activation. */
  readonly residual: boolean;
  readonly activation: Clamp | undefined;
}

/** The argument of `conv2dProblem`: sizes as in `Conv2dProblem`. A size that is left out has PyTorch's default. */
export interface Conv2dProblemSpec {
  readonly n?: number;
  readonly g?: number;
  readonly ic: number;
  readonly ih: number;
  /** Default `ih`. */
  readonly iw?: number;
  readonly oc: number;
  readonly kh: number;
  /** Default `kh`. */
  readonly kw?: number;
  readonly sh?: number;
  /** Default `sh`. */
  readonly sw?: number;
  readonly pt?: number;
  readonly pl?: number;
  readonly pb?: number;
  readonly pr?: number;
  readonly dh?: number;
  /** Default `dh`. */
  readonly dw?: number;
  readonly paddingMode?: PaddingMode;
  /** Default true. */
  readonly bias?: boolean;
  /** Default false. */
  readonly residual?: boolean;
  readonly activation?: Clamp | undefined;
}

/** Those of `Conv2dProblem`, so that a resolved problem can be resolved again; `oh` and `ow` are always computed. */
const KEYS = [
  "n",
  "g",
  "ic",
  "ih",
  "iw",
  "oc",
  "oh",
  "ow",
  "kh",
  "kw",
  "sh",
  "sw",
  "pt",
  "pl",
  "pb",
  "pr",
  "dh",
  "dw",
  "paddingMode",
  "bias",
  "residual",
  "activation",
] as const satisfies readonly (keyof Conv2dProblem)[];

/**
 * Resolves and checks a problem. Everything that any backend could be asked to do passes through here, so every backend
 * rejects the same things with the same words.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE`
 */
export function conv2dProblem(spec: Conv2dProblemSpec): Conv2dProblem {
  const p = readProblem(spec);
  const { n, ic, ih, iw, oc, oh, ow, pt, pl, pb, pr } = p;
  checkShape([n, ic, ih, iw], "input");
  checkShape([n, ic, ih + pt + pb, iw + pl + pr], "padded input");
  checkShape([oc, ic / p.g, p.kh, p.kw], "weight");
  checkShape([n, oc, oh, ow], "output");
  return p;
}

/**
 * The problems that `readProblem` made. They are frozen, so they are still valid. Plans read the shapes of one problem many times, and to
 * check it each time took a tenth of `prepare`.
 */
const RESOLVED = new WeakSet<object>();

/** The same for a problem that may be too large to be run: its cost can still be computed. */
export function readProblem(spec: Conv2dProblemSpec): Conv2dProblem {
  if (RESOLVED.has(spec)) return spec as Conv2dProblem;
  const given = checkKeys("problem", spec, KEYS);
  const n = checkInteger("n", or(given.n, 1), 0);
  const g = checkInteger("groups", or(given.g, 1), 1);
  const ic = checkInteger("inChannels", given.ic, 1);
  const oc = checkInteger("outChannels", given.oc, 1);
  checkGroups(g, ic, oc);
  const ih = checkInteger("ih", given.ih, 1);
  const iw = checkInteger("iw", or(given.iw, ih), 1);
  const kh = checkInteger("kh", given.kh, 1);
  const kw = checkInteger("kw", or(given.kw, kh), 1);
  const sh = checkInteger("sh", or(given.sh, 1), 1);
  const sw = checkInteger("sw", or(given.sw, sh), 1);
  const dh = checkInteger("dh", or(given.dh, 1), 1);
  const dw = checkInteger("dw", or(given.dw, dh), 1);
  const pt = checkInteger("padding.top", or(given.pt, 0), 0);
  const pl = checkInteger("padding.left", or(given.pl, 0), 0);
  const pb = checkInteger("padding.bottom", or(given.pb, 0), 0);
  const pr = checkInteger("padding.right", or(given.pr, 0), 0);
  const paddingMode = checkOneOf("paddingMode", or(given.paddingMode, "zeros"), PADDING_MODES);
  checkPaddingFits(paddingMode, [pt, pb], "height", ih);
  checkPaddingFits(paddingMode, [pl, pr], "width", iw);

  const oh = outputSize(ih, kh, sh, dh, pt + pb);
  const ow = outputSize(iw, kw, sw, dw, pl + pr);
  if (oh < 1 || ow < 1) {
    const dilated = `${(kh - 1) * dh + 1} x ${(kw - 1) * dw + 1}`;
    throw new ConveneError(
      "ERR_SHAPE",
      `kernelSize (${kh} x ${kw}${dh > 1 || dw > 1 ? `, ${dilated} when dilated` : ""}) must fit in the padded input (${ih + pt + pb} x ${iw + pl + pr})`,
    );
  }
  const problem = Object.freeze({
    n,
    g,
    ic,
    ih,
    iw,
    oc,
    oh,
    ow,
    kh,
    kw,
    sh,
    sw,
    pt,
    pl,
    pb,
    pr,
    dh,
    dw,
    paddingMode,
    bias: checkBoolean("bias", or(given.bias, true)),
    residual: checkBoolean("residual", or(given.residual, false)),
    activation: checkClamp(given.activation),
  });
  RESOLVED.add(problem);
  return problem;
}

/** Only a field that is left out has a default. `null` is an error, like any other wrong type. */
function or<T>(value: T | undefined, standard: T): T {
  return value === undefined ? standard : value;
}

/** The input's shape, `[n, ic, ih, iw]`. @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem */
export function inputShape(problem: Conv2dProblem): Shape4 {
  const p = readProblem(problem);
  return [p.n, p.ic, p.ih, p.iw];
}

/** The output's shape, `[n, oc, oh, ow]`. @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem */
export function outputShape(problem: Conv2dProblem): Shape4 {
  const p = readProblem(problem);
  return [p.n, p.oc, p.oh, p.ow];
}

/**
 * The weight's shape, OIHW: `[oc, ic / g, kh, kw]`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function weightShape(problem: Conv2dProblem): Shape4 {
  const p = readProblem(problem);
  return [p.oc, p.ic / p.g, p.kh, p.kw];
}

export function checkGroups(groups: number, inChannels: number, outChannels: number): void {
  for (const [name, channels] of [
    ["inChannels", inChannels],
    ["outChannels", outChannels],
  ] as const) {
    if (channels % groups !== 0) {
      throw new ConveneError("ERR_INVALID_OPTION", `groups (${groups}) must divide ${name} (${channels})`);
    }
  }
}

/** `floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1`: the formula of torch.nn.Conv2d. */
function outputSize(size: number, kernel: number, stride: number, dilation: number, padding: number): number {
  return Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** PyTorch's own limits: reflection needs a pad below the size, wrapping around at most once a pad up to the size. */
function checkPaddingFits(mode: PaddingMode, pads: readonly [number, number], axis: string, size: number): void {
  const most = mode === "reflect" ? size - 1 : mode === "circular" ? size : Infinity;
  const worst = Math.max(...pads);
  if (worst > most) {
    throw new ConveneError(
      "ERR_SHAPE",
      `padding (${worst}) must be at most ${most} where paddingMode is "${mode}" and the input's ${axis} is ${size}`,
    );
  }
}
