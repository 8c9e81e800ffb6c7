/** Causes that show in the values of the wrong elements alone, for any computation. */

import type { Conv2dProblem } from "@convene/core";
import { significant } from "../significand.js";
import { type Trial, TRIAL_POISON } from "./trial.js";

export interface ElementCause {
  readonly words: string;
  readonly explains: (trial: Trial) => boolean;
}

/** A cause that fits if `is` holds for every wrong element. */
function every(
  words: string,
  is: (actual: number, expected: number, trial: Trial, at: number) => boolean,
): ElementCause {
  return {
    words,
    explains: (trial) => trial.wrong.every((at) => is(trial.actual[at]!, trial.expected[at]!, trial, at)),
  };
}

const close = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));

/** Causes that say most: nothing else gives such values. */
export const TELLING_ELEMENTS: readonly ElementCause[] = [
  every(
    "a result of zero is not written: the elements keep what lay in the output",
    (y, right) => y === TRIAL_POISON && right === 0,
  ),
  every("nothing is written there: the elements keep what lay in the output before the run", (y) => y === TRIAL_POISON),
  every("sums are added to what lay in the output: it is not cleared", (y, right, { problem }) => {
    const { activation } = problem as Partial<Conv2dProblem>;
    return close(y, right + TRIAL_POISON) || (activation !== undefined && y !== right && isAtBound(y, activation));
  }),
];

/** Causes that say least. They are asked last, because another cause may explain the values better. */
export const PLAIN_ELEMENTS: readonly ElementCause[] = [
  every(
    "the elements are zero: an output whose taps all lie in the padding lacks its bias",
    (y, _, trial, at) => y === 0 && readsOnlyPadding(trial, at),
  ),
  every("the elements are zero", (y) => y === 0),
  every("the elements are NaN", (y) => Number.isNaN(y)),
  every("the elements are those of another channel: channels have changed places", (y, _, { shape, expected }, at) => {
    const [, c, h, w] = shape;
    const plane = h * w;
    const image = Math.floor(at / (c * plane)) * c * plane;
    return Array.from({ length: c }, (__, channel) => expected[image + channel * plane + (at % plane)]!).some((other) =>
      close(y, other),
    );
  }),
  every("the elements are those of another pixel of the same channel", (y, _, { shape, expected }, at) => {
    const plane = shape[2] * shape[3];
    const start = at - (at % plane);
    for (let other = start; other < start + plane; other++) if (close(y, expected[other]!)) return true;
    return false;
  }),
  rounded(8, "bfloat16: 8 bits"),
  rounded(11, "float16 or TF32: 11 bits"),
];

/** If several causes fit equally well: the causes that say what was computed. A cause about the look of wrong elements says less. */
export function mostTelling<T extends { readonly words: string }>(causes: readonly T[]): readonly T[] {
  const telling = causes.filter(({ words }) => !isPlain(words));
  return telling.length > 0 ? telling : causes;
}

/** Whether these words only describe the look of wrong elements. */
export function isPlain(words: string): boolean {
  return PLAIN_ELEMENTS.some((each) => each.words === words);
}

/** A cause that fits if all elements have few bits, and the wrong elements are near the right values. */
function rounded(bits: number, what: string): ElementCause {
  return {
    words: `sums or results have at most ${bits} significant bits, as in ${what}`,
    explains: ({ actual, expected, magnitude, wrong }) =>
      actual.every((y) => !Number.isFinite(y) || significant(y, bits) === y) &&
      wrong.every((at) => {
        const size = Math.max(Math.abs(expected[at]!), magnitude?.[at] ?? 0);
        return Math.abs(actual[at]! - expected[at]!) <= 2 ** (3 - bits) * size;
      }),
  };
}

function isAtBound(y: number, activation: NonNullable<Conv2dProblem["activation"]>): boolean {
  const bounds: readonly number[] = activation === "relu" ? [0] : activation === "relu6" ? [0, 6] : activation.clamp;
  return bounds.includes(y);
}

/** Whether no tap of an output element lies within the image. */
function readsOnlyPadding({ problem, shape }: Trial, at: number): boolean {
  if ("kind" in problem) return false;
  const { kh, kw, sh, sw, dh, dw, pt, pl, ih, iw, paddingMode } = problem;
  if (paddingMode !== "zeros") return false;
  const [y, x] = [Math.floor(at / shape[3]) % shape[2], at % shape[3]];
  const inside = (
    out: number,
    kernel: number,
    stride: number,
    dilation: number,
    before: number,
    size: number,
  ): boolean => {
    for (let tap = 0; tap < kernel; tap++) {
      const from = out * stride + tap * dilation - before;
      if (from >= 0 && from < size) return true;
    }
    return false;
  };
  return !(inside(y, kh, sh, dh, pt, ih) && inside(x, kw, sw, dw, pl, iw));
}

/** The places of the wrong elements of all these trials, in words, or `undefined` if they are everywhere or have no pattern. */
export function describePlaces(trials: readonly Trial[]): string | undefined {
  const places: readonly (readonly [words: string, is: (trial: Trial, at: number) => boolean])[] = [
    ["outputs whose taps all lie in the padding", readsOnlyPadding],
    ["images after the first", ({ shape: [, c, h, w] }, at) => at >= c * h * w],
    ["odd rows and columns", (t, at) => row(t, at) % 2 === 1 && column(t, at) % 2 === 1],
    ["the last column", (t, at) => column(t, at) === t.shape[3] - 1],
    ["the last row", (t, at) => row(t, at) === t.shape[2] - 1],
    ["the first column", (t, at) => column(t, at) === 0],
    ["the first row", (t, at) => row(t, at) === 0],
    ["the last channel", (t, at) => channel(t, at) === t.shape[1] - 1],
    ...[8, 4, 2].map(
      (tile) =>
        [
          `the last channels, past the last whole ${tile}`,
          (t: Trial, at: number) => channel(t, at) >= t.shape[1] - (t.shape[1] % tile),
        ] as const,
    ),
    ...[8, 4, 2].flatMap(
      (tile) =>
        [
          [
            `the last columns, past the last whole ${tile}`,
            (t: Trial, at: number) => column(t, at) >= t.shape[3] - (t.shape[3] % tile),
          ],
          [
            `the last rows, past the last whole ${tile}`,
            (t: Trial, at: number) => row(t, at) >= t.shape[2] - (t.shape[2] % tile),
          ],
          [
            `the last pixels of the image, past the last whole ${tile} of oh·ow`,
            (t: Trial, at: number) => pixel(t, at) >= t.shape[2] * t.shape[3] - ((t.shape[2] * t.shape[3]) % tile),
          ],
        ] as const,
    ),
    ["the last four columns", (t, at) => column(t, at) >= t.shape[3] - 4 && t.shape[3] > 4],
    ["the last four rows", (t, at) => row(t, at) >= t.shape[2] - 4 && t.shape[2] > 4],
    ["the border", (t, at) => [0, t.shape[2] - 1].includes(row(t, at)) || [0, t.shape[3] - 1].includes(column(t, at))],
    ["channels after the first", (t, at) => channel(t, at) > 0],
    [
      "groups after the first",
      (t, at) => "g" in t.problem && "oc" in t.problem && channel(t, at) >= t.problem.oc / t.problem.g,
    ],
  ];
  const found = places.find(
    ([, is]) =>
      trials.every((trial) => trial.wrong.every((at) => is(trial, at))) &&
      // In a tensor of one row every row is the last one.
      trials.some((trial) => trial.expected.some((_, at) => !is(trial, at))),
  );
  return found?.[0];
}

const row = ({ shape: [, , h, w] }: Trial, at: number): number => Math.floor(at / w) % h;
const column = ({ shape: [, , , w] }: Trial, at: number): number => at % w;
const pixel = ({ shape: [, , h, w] }: Trial, at: number): number => at % (h * w);
const channel = ({ shape: [, c, h, w] }: Trial, at: number): number => Math.floor(at / (h * w)) % c;
