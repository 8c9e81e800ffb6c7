/**
 * The fixed list of results that a wrong convolution may have computed. Each cause computes such a result by the reference, from
 * another problem or from other operands. If the result equals the backend's output, the cause is found.
 */

import { type Clamp, type Conv2dProblem, type PaddingMode } from "@convene/core";
import type { Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";

export interface Cause<Problem, Given> {
  /** The cause, as a sentence. */
  readonly words: string;
  /** The result of this cause, in NCHW, or `undefined` if the cause is impossible here. Elements without a value may be NaN. */
  readonly compute: (problem: Problem, operands: Given) => ArrayLike<number> | undefined;
}

type Conv2dCause = Cause<Conv2dProblem, Operands>;
type P = Conv2dProblem;
type Place = (problem: P, o: number, i: number, y: number, x: number) => number;

/** A cause with the reference's result for another problem, whose output has the same shape. */
function asked(words: string, change: (problem: P) => Partial<P>): Conv2dCause {
  return {
    words,
    compute: (problem, operands) => {
      const changed = { ...problem, ...change(problem) };
      // If nothing changes, this is not the cause.
      if (JSON.stringify(changed) === JSON.stringify(problem)) return undefined;
      return referenceConv2d(changed, operands).output;
    },
  };
}

/** A cause with the reference's result for other operands. */
function given(words: string, change: (operands: Operands, problem: P) => Partial<Operands> | undefined): Conv2dCause {
  return {
    words,
    compute: (problem, operands) => {
      const changed = change(operands, problem);
      // If nothing changes, this is not the cause.
      if (!changed || (Object.keys(changed) as (keyof Operands)[]).every((key) => isAlike(changed[key], operands[key])))
        return undefined;
      return referenceConv2d(problem, { ...operands, ...changed }).output;
    },
  };
}

function isAlike(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((value, at) => Object.is(value, b![at]));
}

/** A cause with weights that are read from other places. A place outside the weights reads zero. */
function weightsAt(words: string, place: Place): Conv2dCause {
  return given(words, ({ weight }, problem) => {
    const { oc, ic, g, kh, kw } = problem;
    const changed = new Float32Array(weight.length);
    let at = 0;
    for (let o = 0; o < oc; o++) {
      for (let i = 0; i < ic / g; i++) {
        for (let y = 0; y < kh; y++)
          for (let x = 0; x < kw; x++) changed[at++] = weight[place(problem, o, i, y, x)] ?? 0;
      }
    }
    return { weight: changed };
  });
}

/** A cause with input or residual that is read from other places. */
function moved(
  data: Float32Array,
  [n, c, h, w]: readonly [number, number, number, number],
  place: (image: number, c: number, y: number, x: number) => number,
): Float32Array {
  const result = new Float32Array(n * c * h * w);
  let at = 0;
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) result[at++] = data[place(image, channel, y, x)] ?? 0;
    }
  }
  return result;
}

const inputOf = (p: P): readonly [number, number, number, number] => [p.n, p.ic, p.ih, p.iw];
const outputOf = (p: P): readonly [number, number, number, number] => [p.n, p.oc, p.oh, p.ow];

function biasWith(words: string, value: (bias: Float32Array, o: number, problem: P) => number): Conv2dCause {
  return given(words, ({ bias }, problem) => bias && { bias: bias.map((_, o) => value(bias, o, problem)) });
}

function activationAs(words: string, change: (activation: Clamp | undefined) => Clamp | undefined): Conv2dCause {
  return asked(words, ({ activation }) => ({ activation: change(activation) }));
}

function clampAs(words: string, change: (min: number, max: number) => readonly [number, number]): Conv2dCause {
  return activationAs(words, (activation) =>
    typeof activation === "object" ? { clamp: change(...activation.clamp) } : activation,
  );
}

/** A cause that finishes the sum in another order, with or without the activation. */
function finished(
  words: string,
  finish: (problem: P, operands: Operands) => ArrayLike<number> | undefined,
): Conv2dCause {
  return { words, compute: finish };
}

function paddingAs(words: string, of: PaddingMode, mode: PaddingMode): Conv2dCause {
  return asked(words, ({ paddingMode }) => ({ paddingMode: paddingMode === of ? mode : paddingMode }));
}

/** A cause with an input that is padded by hand. `source` maps coordinates outside the image. */
function paddedBy(words: string, of: PaddingMode, source: (at: number, size: number) => number): Conv2dCause {
  return {
    words,
    compute: (problem, operands) => {
      const { n, ic, ih, iw, pt, pl, pb, pr, paddingMode } = problem;
      if (paddingMode !== of) return undefined;
      const [h, w] = [ih + pt + pb, iw + pl + pr];
      if (h * w > 100_000) return undefined;
      const from = (at: number, size: number): number => (at >= 0 && at < size ? at : source(at, size));
      const input = moved(operands.input, [n, ic, h, w], (image, c, y, x) => {
        const [row, column] = [from(y - pt, ih), from(x - pl, iw)];
        return row < 0 || row >= ih || column < 0 || column >= iw ? -1 : ((image * ic + c) * ih + row) * iw + column;
      });
      const padded: P = { ...problem, ih: h, iw: w, pt: 0, pl: 0, pb: 0, pr: 0, paddingMode: "zeros" };
      return referenceConv2d(padded, { ...operands, input }).output;
    },
  };
}

export const CONV2D_CAUSES: readonly Conv2dCause[] = [
  // Bias, residual and activation: the plainest causes first.
  given("the bias is missing", ({ bias }) => bias && { bias: undefined }),
  given("the residual is missing", ({ residual }) => residual && { residual: undefined }),
  given("the residual is subtracted", ({ residual }) => residual && { residual: residual.map((r) => -r) }),
  biasWith("the bias is added twice", (bias, o) => 2 * bias[o]!),
  biasWith("the bias is added once for each group (g times)", (bias, o, { g }) => g * bias[o]!),
  biasWith("each group gets the bias of the first group", (bias, o, { oc, g }) => bias[o % (oc / g)]!),
  biasWith("all channels get the bias of the first channel", (bias) => bias[0]!),
  ...[4, 8, 16, 32].flatMap((tile) => [
    biasWith(`each tile of ${tile} channels gets the bias of its group's first tile`, (bias, o, { oc, g }) => {
      const inGroup = o % (oc / g);
      return bias[o - inGroup + (inGroup % tile)]!;
    }),
    biasWith(`the bias of a group's last channels, past the last whole ${tile}, is missing`, (bias, o, { oc, g }) => {
      const each = oc / g;
      return o % each < each - (each % tile) ? bias[o]! : 0;
    }),
  ]),
  given("the residual is added twice", ({ residual }) => residual && { residual: residual.map((r) => 2 * r) }),
  finished("the residual is added after the activation, not before", (problem, { residual, ...operands }) => {
    if (!residual || problem.activation === undefined) return undefined;
    return referenceConv2d(problem, operands).output.map((y, at) => y + residual[at]!);
  }),
  finished("the activation is applied before the bias is added", (problem, { bias, ...operands }) => {
    if (!bias || problem.activation === undefined) return undefined;
    const { oc, oh, ow } = problem;
    return referenceConv2d(problem, operands).output.map((y, at) => y + bias[Math.floor(at / (oh * ow)) % oc]!);
  }),
  finished(
    "the activation is applied before bias and residual are added",
    (problem, { bias, residual, ...operands }) => {
      if (!bias || !residual || problem.activation === undefined) return undefined;
      const { oc, oh, ow } = problem;
      return referenceConv2d(problem, operands).output.map(
        (y, at) => y + bias[Math.floor(at / (oh * ow)) % oc]! + residual[at]!,
      );
    },
  ),
  activationAs("the activation is missing", () => undefined),
  activationAs("the upper bound of the activation is missing (of relu6 and of clamp)", (a) =>
    a === undefined || a === "relu" ? a : a === "relu6" ? "relu" : { clamp: [a.clamp[0], Infinity] },
  ),
  activationAs("the lower bound of the activation is missing (of relu, relu6 and clamp)", (a) =>
    a === undefined || a === "relu" ? undefined : { clamp: [-Infinity, a === "relu6" ? 6 : a.clamp[1]] },
  ),
  activationAs("relu6 is taken for relu: its upper bound is missing", (a) => (a === "relu6" ? "relu" : a)),
  activationAs("relu is taken for relu6", (a) => (a === "relu" ? "relu6" : a)),
  clampAs("the lower bound of a clamp is taken as 0", (_, max) => [0, max]),
  clampAs("the lower bound of a clamp is missing", (_, max) => [-Infinity, max]),
  clampAs("the upper bound of a clamp is missing", (min) => [min, Infinity]),
  clampAs("an upper bound of 0 counts as none", (min, max) => [min, max || Infinity]),
  clampAs("the bounds of a clamp are truncated to integers", (min, max) => [Math.trunc(min), Math.trunc(max)]),
  clampAs("the bounds of a clamp are rounded to integers", (min, max) => [Math.round(min), Math.round(max)]),
  // Padding.
  asked("left and right pads have changed places (pr is used for pl)", ({ pl, pr }) => ({ pl: pr, pr: pl })),
  asked("top and bottom pads have changed places (pb is used for pt)", ({ pt, pb }) => ({ pt: pb, pb: pt })),
  asked("pads at the end are used at the beginning, on both axes", ({ pb, pr }) => ({ pt: pb, pl: pr })),
  asked("the pads of the two axes have changed places (pt and pl)", ({ pt, pl }) => ({ pt: pl, pl: pt })),
  asked("the left pad is missing (pl is taken as 0)", () => ({ pl: 0 })),
  asked("the top pad is missing (pt is taken as 0)", () => ({ pt: 0 })),
  asked("the left pad pl is one too small", ({ pl }) => ({ pl: Math.max(0, pl - 1) })),
  asked("the top pad pt is one too small", ({ pt }) => ({ pt: Math.max(0, pt - 1) })),
  asked("the left pad pl is one too large", ({ pl }) => ({ pl: pl + 1 })),
  asked("the top pad pt is one too large", ({ pt }) => ({ pt: pt + 1 })),
  asked("both pads, pt and pl, are one too small", ({ pt, pl }) => ({
    pt: Math.max(0, pt - 1),
    pl: Math.max(0, pl - 1),
  })),
  asked("the pads are multiplied by the dilation", ({ pt, pl, dh, dw }) => ({ pt: pt * dh, pl: pl * dw })),
  ...(["reflect", "replicate", "circular"] as const).flatMap((mode) => [
    paddingAs(`padding mode ${mode} is computed as zeros`, mode, "zeros"),
    paddingAs(`padding mode ${mode} is computed as replicate`, mode, "replicate"),
  ]),
  paddedBy("reflect repeats the edge itself, as NumPy's symmetric does", "reflect", (at, size) =>
    at < 0 ? -at - 1 : 2 * size - 1 - at,
  ),
  paddedBy("reflect is right at the end and repeats the edge itself at the beginning", "reflect", (at, size) =>
    at < 0 ? -at - 1 : 2 * (size - 1) - at,
  ),
  paddedBy("reflect is right at the beginning and repeats the edge itself at the end", "reflect", (at, size) =>
    at < 0 ? -at : 2 * size - 1 - at,
  ),
  paddedBy("reflect is right at the beginning and clamped to the edge at the end", "reflect", (at, size) =>
    at < 0 ? -at : size - 1,
  ),
  paddedBy("reflect is right at the end and clamped to the edge at the beginning", "reflect", (at, size) =>
    at < 0 ? 0 : 2 * (size - 1) - at,
  ),
  paddedBy("circular wraps with a period of one less than the size", "circular", (at, size) => {
    const period = Math.max(1, size - 1);
    return ((at % period) + period) % period;
  }),
  paddedBy("circular is computed as reflect", "circular", (at, size) => (at < 0 ? -at : 2 * (size - 1) - at)),
  paddedBy("reflect is computed as circular", "reflect", (at, size) => (at < 0 ? at + size : at - size)),
  paddedBy("replicate is computed as reflect", "replicate", (at, size) => (at < 0 ? -at : 2 * (size - 1) - at)),
  // Kernel, stride and dilation.
  asked("dh is ignored (rows are not dilated)", () => ({ dh: 1 })),
  asked("dw is ignored (columns are not dilated)", () => ({ dw: 1 })),
  asked("dilation is ignored (dh and dw)", () => ({ dh: 1, dw: 1 })),
  asked("dh and dw have changed places", ({ dh, dw }) => ({ dh: dw, dw: dh })),
  asked("dh is used for both axes", ({ dh }) => ({ dw: dh })),
  asked("dw is used for both axes", ({ dw }) => ({ dh: dw })),
  asked("sh and sw have changed places: the strides of the two axes", ({ sh, sw }) => ({ sh: sw, sw: sh })),
  asked("the stride is ignored (sh and sw)", () => ({ sh: 1, sw: 1 })),
  asked("sh is ignored", () => ({ sh: 1 })),
  asked("sw is ignored", () => ({ sw: 1 })),
  asked("sh is used for both axes", ({ sh }) => ({ sw: sh })),
  asked("sw is used for both axes", ({ sw }) => ({ sh: sw })),
  asked(
    "each tap is read one pixel late, on both axes, as where a stride starts at its second pixel",
    ({ pt, pl }) => ({
      pt: pt - 1,
      pl: pl - 1,
    }),
  ),
  weightsAt(
    "the kernel is flipped: a convolution of mathematics, not a correlation",
    ({ ic, g, kh, kw }, o, i, y, x) => ((o * (ic / g) + i) * kh + (kh - 1 - y)) * kw + (kw - 1 - x),
  ),
  weightsAt(
    "the kernel is transposed: its rows are read as columns",
    ({ ic, g, kh, kw }, o, i, y, x) => (o * (ic / g) + i) * kh * kw + x * kh + y,
  ),
  weightsAt(
    "rows of the kernel are read kh weights apart, not kw",
    ({ ic, g, kh, kw }, o, i, y, x) => (o * (ic / g) + i) * kh * kw + y * kh + x,
  ),
  // Channels and groups.
  weightsAt(
    "weights are read as OHWI, not OIHW",
    ({ ic, g, kh, kw }, o, i, y, x) => ((o * kh + y) * kw + x) * (ic / g) + i,
  ),
  weightsAt(
    "weights are read as IOHW (input channels outermost), not OIHW",
    ({ oc, kh, kw }, o, i, y, x) => ((i * oc + o) * kh + y) * kw + x,
  ),
  weightsAt(
    "weights are read as HWIO (the kernel's rows outermost), not OIHW",
    ({ oc, ic, g, kw }, o, i, y, x) => ((y * kw + x) * (ic / g) + i) * oc + o,
  ),
  weightsAt(
    "weights are read as HWOI, not OIHW",
    ({ oc, ic, g, kw }, o, i, y, x) => ((y * kw + x) * oc + o) * (ic / g) + i,
  ),
  weightsAt(
    "each group gets the weights of the first group",
    ({ oc, ic, g, kh, kw }, o, i, y, x) => (((o % (oc / g)) * (ic / g) + i) * kh + y) * kw + x,
  ),
  weightsAt("the weights of the first two groups have changed places", ({ oc, ic, g, kh, kw }, o, i, y, x) => {
    const size = oc / g;
    const other = g < 2 || o >= 2 * size ? o : (o + size) % (2 * size);
    return ((other * (ic / g) + i) * kh + y) * kw + x;
  }),
  weightsAt("the weights of the groups are in reverse", ({ oc, ic, g, kh, kw }, o, i, y, x) => {
    const size = oc / g;
    const other = (g - 1 - Math.floor(o / size)) * size + (o % size);
    return ((other * (ic / g) + i) * kh + y) * kw + x;
  }),
  ...[4, 8, 16].map((tile) =>
    weightsAt(
      `each panel of ${tile} output channels gets the weights of the first panel`,
      ({ ic, g, kh, kw }, o, i, y, x) => (((o % tile) * (ic / g) + i) * kh + y) * kw + x,
    ),
  ),
  given("each group reads the input channels of the first group", ({ input }, p) =>
    p.g === 1
      ? undefined
      : { input: moved(input, inputOf(p), (n, c, y, x) => ((n * p.ic + (c % (p.ic / p.g))) * p.ih + y) * p.iw + x) },
  ),
  ...(
    [
      [
        "each group's input channels begin oc/g apart, not ic/g",
        (group, { ic, oc, g }) => (group * oc) / g - (group * ic) / g,
      ],
      ["each group reads the input channels of the group before", (_, { ic, g }) => -ic / g],
      ["each group reads the input channels of the group behind", (_, { ic, g }) => ic / g],
      ["each group after the first reads its input channels one channel early", (group) => (group > 0 ? -1 : 0)],
      ["each group after the first reads its input channels one channel late", (group) => (group > 0 ? 1 : 0)],
    ] as readonly (readonly [string, (group: number, problem: P) => number])[]
  ).map(([words, offset]) =>
    given(words, ({ input }, p) =>
      p.g === 1
        ? undefined
        : {
            input: moved(input, inputOf(p), (n, c, y, x) => {
              const from = c + offset(Math.floor(c / (p.ic / p.g)), p);
              return ((n * p.ic + ((from + p.ic) % p.ic)) * p.ih + y) * p.iw + x;
            }),
          },
    ),
  ),
  given("the last group's input channels begin one channel early", ({ input }, p) => {
    const last = p.ic - p.ic / p.g;
    if (p.g === 1) return undefined;
    return {
      input: moved(input, inputOf(p), (n, c, y, x) => ((n * p.ic + (c < last ? c : c - 1)) * p.ih + y) * p.iw + x),
    };
  }),
  weightsAt("weights of a depthwise multiplier are read in TensorFlow's order", ({ oc, ic, g, kh, kw }, o, i, y, x) => {
    const multiplier = oc / ic;
    const filter = g === ic && multiplier > 1 ? (o % multiplier) * ic + Math.floor(o / multiplier) : o;
    return ((filter * (ic / g) + i) * kh + y) * kw + x;
  }),
  {
    words: "with a multiplier, output channel o reads input channel o mod ic",
    compute: (p, operands) => {
      if (p.g !== p.ic || p.oc === p.ic) return undefined;
      const input = moved(
        operands.input,
        [p.n, p.oc, p.ih, p.iw],
        (n, c, y, x) => ((n * p.ic + (c % p.ic)) * p.ih + y) * p.iw + x,
      );
      return referenceConv2d({ ...p, g: p.oc, ic: p.oc }, { ...operands, input }).output;
    },
  },
  ...[4, 8, 16, 32, 64, 128].map((most) =>
    given(
      `input channels of a group past the first ${most} are dropped (past ${most})`,
      ({ weight }, { ic, g, kh, kw }) => {
        if (ic / g <= most) return undefined;
        return { weight: weight.map((each, at) => (Math.floor(at / (kh * kw)) % (ic / g) < most ? each : 0)) };
      },
    ),
  ),
  ...[2, 4, 8].flatMap((tile) => [
    given(
      `the tail of input channels of a group, those past the last whole ${tile}, is dropped`,
      ({ weight }, { ic, g, kh, kw }) => {
        const [each, plane] = [ic / g, kh * kw];
        if (each % tile === 0) return undefined;
        return { weight: weight.map((w, at) => (Math.floor(at / plane) % each < each - (each % tile) ? w : 0)) };
      },
    ),
    given(
      `the tail of input channels, those past the last whole ${tile}, is read from the next pixel`,
      ({ input }, p) => {
        const whole = p.ic < tile ? p.ic : p.ic - (p.ic % tile);
        if (whole === p.ic) return undefined;
        return {
          input: moved(input, inputOf(p), (n, c, y, x) => {
            const at = ((n * p.ic + c) * p.ih + y) * p.iw + x;
            return c < whole ? at : y * p.iw + x + 1 < p.ih * p.iw ? at + 1 : -1;
          }),
        };
      },
    ),
  ]),
  given("the last input channel of each group is dropped", ({ weight }, { ic, g, kh, kw }) => {
    const [each, plane] = [ic / g, kh * kw];
    return each < 2 ? undefined : { weight: weight.map((w, at) => (Math.floor(at / plane) % each < each - 1 ? w : 0)) };
  }),
  given("the last column of the kernel is dropped", ({ weight }, { kw }) =>
    kw < 2 ? undefined : { weight: weight.map((w, at) => (at % kw < kw - 1 ? w : 0)) },
  ),
  given("the last row of the kernel is dropped", ({ weight }, { kh, kw }) =>
    kh < 2 ? undefined : { weight: weight.map((w, at) => (Math.floor(at / kw) % kh < kh - 1 ? w : 0)) },
  ),
  given("the last tap of the kernel is dropped", ({ weight }, { kh, kw }) =>
    kh * kw < 2 ? undefined : { weight: weight.map((w, at) => (at % (kh * kw) < kh * kw - 1 ? w : 0)) },
  ),
  given("the first tap of the kernel is dropped", ({ weight }, { kh, kw }) =>
    kh * kw < 2 ? undefined : { weight: weight.map((w, at) => (at % (kh * kw) > 0 ? w : 0)) },
  ),
  // Images and layouts.
  given("every image reads the first image of the input (the batch stride is 0)", ({ input }, p) => {
    const image = p.ic * p.ih * p.iw;
    return p.n === 1 ? undefined : { input: input.map((_, at) => input[at % image]!) };
  }),
  given("every image gets the residual of the first image of the batch", ({ residual }, p) => {
    const image = p.oc * p.oh * p.ow;
    return p.n === 1 || !residual ? undefined : { residual: residual.map((_, at) => residual[at % image]!) };
  }),
  given(
    "the residual is read in the other layout (nhwc for nchw)",
    ({ residual }, p) =>
      residual && { residual: moved(residual, outputOf(p), (n, c, y, x) => ((n * p.oh + y) * p.ow + x) * p.oc + c) },
  ),
  given("the input is read in the other layout (nhwc for nchw)", ({ input }, p) => ({
    input: moved(input, inputOf(p), (n, c, y, x) => ((n * p.ih + y) * p.iw + x) * p.ic + c),
  })),
  finished("the output is written in the other layout (nhwc for nchw)", (p, operands) => {
    const right = Float32Array.from(referenceConv2d(p, operands).output);
    const wrong = new Float32Array(right.length);
    let at = 0;
    for (let n = 0; n < p.n; n++)
      for (let c = 0; c < p.oc; c++)
        for (let y = 0; y < p.oh; y++)
          for (let x = 0; x < p.ow; x++) wrong[((n * p.oh + y) * p.ow + x) * p.oc + c] = right[at++]!;
    return wrong;
  }),
  finished("rows of the output are written iw elements apart, not ow (the input's row pitch)", (p, operands) => {
    if (p.iw === p.ow) return undefined;
    const right = referenceConv2d(p, operands).output;
    const wrong = new Float32Array(right.length).fill(NaN);
    for (let at = 0; at < right.length; at++) {
      const to = at + (Math.floor(at / p.ow) % p.oh) * (p.iw - p.ow);
      if (to >= 0 && to < wrong.length) wrong[to] = right[at]!;
    }
    return wrong;
  }),
  ...[2, 4, 8].map((tile) =>
    finished(`rows of the output are padded to a multiple of ${tile} elements, and read as they lie`, (p, operands) => {
      if (p.ow % tile === 0) return undefined;
      const right = referenceConv2d(p, operands).output;
      const pitch = Math.ceil(p.ow / tile) * tile;
      return right.map((_, at) => (at % pitch < p.ow ? right[Math.floor(at / pitch) * p.ow + (at % pitch)]! : 0));
    }),
  ),
  given("the input is addressed with 16 bits (elements past 65,536 wrap around)", ({ input }) =>
    input.length <= 65536 ? undefined : { input: input.map((_, at) => input[at & 0xffff]!) },
  ),
  finished("the result is twice what it should be: it is added twice, as where tiles overlap", (p, operands) =>
    referenceConv2d(p, operands).output.map((y) => 2 * y),
  ),
  finished("the result has the wrong sign", (p, operands) => referenceConv2d(p, operands).output.map((y) => -y)),
  finished("the result is shifted by one column: each element is its left neighbour's", (p, operands) =>
    shifted(referenceConv2d(p, operands).output, p, 1),
  ),
  finished("the result is shifted by one column: each element is its right neighbour's", (p, operands) =>
    shifted(referenceConv2d(p, operands).output, p, -1),
  ),
];

function shifted(right: Float64Array, { ow }: P, by: number): Float64Array {
  return right.map((_, at) => ((at % ow) - by >= 0 && (at % ow) - by < ow ? right[at - by]! : NaN));
}
