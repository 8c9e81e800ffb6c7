/**
 * Properties of a convolution that a fault may depend on: predicates over its fields, and over values that follow from them. The
 * plainest come first. If two predicates separate the same cases, the diagnosis names the earlier one.
 */

import type { Conv2dProblem } from "@convene/core";

/** A property that a case has or does not have. */
export interface Predicate<Subject> {
  /** The words in a sentence such as "fails wherever dh > 1". */
  readonly words: string;
  readonly holds: (subject: Subject) => boolean;
}

type P = Conv2dProblem;

const inGroup = ({ ic, g }: P): number => ic / g;
const outInGroup = ({ oc, g }: P): number => oc / g;
const isPadded = ({ pt, pl, pb, pr }: P): boolean => pt + pl + pb + pr > 0;
const bounds = ({ activation }: P): readonly number[] =>
  typeof activation === "object" ? activation.clamp.filter(Number.isFinite) : [];

const table: readonly (readonly [words: string, holds: (problem: P) => boolean])[] = [
  // Padding.
  ["pt > 0", ({ pt }) => pt > 0],
  ["pb > 0", ({ pb }) => pb > 0],
  ["pl > 0", ({ pl }) => pl > 0],
  ["pr > 0", ({ pr }) => pr > 0],
  ["there is padding", isPadded],
  ["there is no padding", (p) => !isPadded(p)],
  ["pt differs from pb", ({ pt, pb }) => pt !== pb],
  ["pl differs from pr", ({ pl, pr }) => pl !== pr],
  ["pt differs from pl", ({ pt, pl }) => pt !== pl],
  ["a pad is as wide as the kernel", ({ pt, pl, pb, pr, kh, kw }) => Math.max(pt, pb) >= kh || Math.max(pl, pr) >= kw],
  ...(["zeros", "reflect", "replicate", "circular"] as const).map(
    (mode) => [`paddingMode is ${mode} and there is padding`, (p: P) => p.paddingMode === mode && isPadded(p)] as const,
  ),
  // Kernel, stride and dilation.
  ["kh·kw = 1", ({ kh, kw }) => kh * kw === 1],
  ["kh·kw > 1", ({ kh, kw }) => kh * kw > 1],
  ["kh > 1", ({ kh }) => kh > 1],
  ["kw > 1", ({ kw }) => kw > 1],
  ["kh differs from kw", ({ kh, kw }) => kh !== kw],
  ["kh is even", ({ kh }) => kh % 2 === 0],
  ["kw is even", ({ kw }) => kw % 2 === 0],
  ...[3, 4, 5, 6, 7].flatMap((most) => [
    [`kh > ${most}`, ({ kh }: P) => kh > most] as const,
    [`kw > ${most}`, ({ kw }: P) => kw > most] as const,
  ]),
  ["kh = 3 and kw = 3", ({ kh, kw }) => kh === 3 && kw === 3],
  ["kh = 5 and kw = 5", ({ kh, kw }) => kh === 5 && kw === 5],
  [
    "the kernel is 3x3 with stride 1 and dilation 1, as Winograd's algorithm takes",
    ({ kh, kw, sh, sw, dh, dw }) => kh === 3 && kw === 3 && sh === 1 && sw === 1 && dh === 1 && dw === 1,
  ],
  ["sh > 1", ({ sh }) => sh > 1],
  ["sw > 1", ({ sw }) => sw > 1],
  ["sh > 1 or sw > 1", ({ sh, sw }) => sh > 1 || sw > 1],
  ["sh = 1 and sw = 1", ({ sh, sw }) => sh === 1 && sw === 1],
  ["sh = 2 and sw = 2", ({ sh, sw }) => sh === 2 && sw === 2],
  ["sh differs from sw", ({ sh, sw }) => sh !== sw],
  ["a stride is larger than the kernel", ({ sh, kh, sw, kw }) => sh > kh || sw > kw],
  ["dh > 1", ({ dh }) => dh > 1],
  ["dw > 1", ({ dw }) => dw > 1],
  ["dh > 1 or dw > 1", ({ dh, dw }) => dh > 1 || dw > 1],
  ["dh = 1 and dw = 1", ({ dh, dw }) => dh === 1 && dw === 1],
  ["dh differs from dw", ({ dh, dw }) => dh !== dw],
  ["there is dilation and a stride", ({ dh, dw, sh, sw }) => (dh > 1 || dw > 1) && (sh > 1 || sw > 1)],
  // Channels and groups.
  ["g > 1", ({ g }) => g > 1],
  ["g = 1", ({ g }) => g === 1],
  ["it is depthwise (g = ic = oc)", ({ g, ic, oc }) => g > 1 && g === ic && g === oc],
  ["it is depthwise with a multiplier (g = ic, oc/g > 1)", ({ g, ic, oc }) => g === ic && oc > ic],
  ["it is depthwise, with or without a multiplier (g = ic)", ({ g, ic }) => g > 1 && g === ic],
  ["it is depthwise, or of one channel (ic/g = 1)", (p) => inGroup(p) === 1],
  ["it is grouped (g > 1 and ic/g > 1)", (p) => p.g > 1 && inGroup(p) > 1],
  ["ic/g > 1", (p) => inGroup(p) > 1],
  ["oc/g > 1", (p) => outInGroup(p) > 1],
  ["oc > 1", ({ oc }) => oc > 1],
  ["ic > 1", ({ ic }) => ic > 1],
  ...[2, 4, 8, 16].flatMap((tile) => [
    [`ic is no multiple of ${tile}`, ({ ic }: P) => ic % tile !== 0] as const,
    [`oc is no multiple of ${tile}`, ({ oc }: P) => oc % tile !== 0] as const,
    [`oc/g is no multiple of ${tile}`, (p: P) => outInGroup(p) % tile !== 0] as const,
    [`oc/g is a multiple of ${tile}`, (p: P) => outInGroup(p) % tile === 0] as const,
    [`ic/g is no multiple of ${tile}`, (p: P) => inGroup(p) % tile !== 0] as const,
    [`ic/g is a multiple of ${tile}`, (p: P) => inGroup(p) % tile === 0] as const,
    [`ow is no multiple of ${tile}`, ({ ow }: P) => ow % tile !== 0] as const,
    [`oh is no multiple of ${tile}`, ({ oh }: P) => oh % tile !== 0] as const,
    [`oh·ow is no multiple of ${tile}`, ({ oh, ow }: P) => (oh * ow) % tile !== 0] as const,
  ]),
  ["ic is a multiple of 3", ({ ic }) => ic % 3 === 0],
  ...[2, 3, 4, 8, 16, 32, 64, 128].flatMap((most) => [
    [`ic > ${most}`, ({ ic }: P) => ic > most] as const,
    [`oc > ${most}`, ({ oc }: P) => oc > most] as const,
    [`oc/g > ${most}`, (p: P) => outInGroup(p) > most] as const,
    [`ic/g > ${most}`, (p: P) => inGroup(p) > most] as const,
  ]),
  ["oc is a whole number of 8s, or less than 8", ({ oc }) => oc % 8 === 0 || oc < 8],
  // Sizes.
  ["n > 1", ({ n }) => n > 1],
  ...[1, 2, 3, 4, 8].flatMap((most) => [
    [`oh > ${most}`, ({ oh }: P) => oh > most] as const,
    [`ow > ${most}`, ({ ow }: P) => ow > most] as const,
  ]),
  ["ow differs from iw", ({ ow, iw }) => ow !== iw],
  ["oh differs from ow", ({ oh, ow }) => oh !== ow],
  ["ih differs from iw", ({ ih, iw }) => ih !== iw],
  ["oc = ow", ({ oc, ow }) => oc === ow],
  ["the input has more than 65,536 elements (16 bits)", ({ n, ic, ih, iw }) => n * ic * ih * iw > 65536],
  ["an output sums more than 256 products", (p) => inGroup(p) * p.kh * p.kw > 256],
  [
    "the input is smaller than the kernel",
    ({ ih, iw, kh, kw, dh, dw }) => ih < dh * (kh - 1) + 1 || iw < dw * (kw - 1) + 1,
  ],
  // Bias, residual and activation.
  ["there is a bias", ({ bias }) => bias],
  ["there is no bias", ({ bias }) => !bias],
  ["there is a residual", ({ residual }) => residual],
  ["there is an activation", ({ activation }) => activation !== undefined],
  ["there is no activation", ({ activation }) => activation === undefined],
  ["the activation is relu", ({ activation }) => activation === "relu"],
  ["the activation is relu6", ({ activation }) => activation === "relu6"],
  ["the activation is relu or relu6", ({ activation }) => typeof activation === "string"],
  ["the activation is a clamp", ({ activation }) => typeof activation === "object"],
  ["a bound of the clamp is no integer", (p) => bounds(p).some((bound) => !Number.isInteger(bound))],
  [
    "the upper bound of the clamp is 0",
    ({ activation }) => typeof activation === "object" && activation.clamp[1] === 0,
  ],
  [
    "the lower bound of the clamp is not 0",
    ({ activation }) => typeof activation === "object" && activation.clamp[0] !== 0,
  ],
];

export const CONV2D_PREDICATES: readonly Predicate<Conv2dProblem>[] = table.map(([words, holds]) => ({ words, holds }));
