/** The places of the wrong elements of an output. They point to the cause of most faults. */

import type { Shape4 } from "@convene/core";
import type { Verdict } from "./rules.js";

/**
 * The wrong elements of a result: the shape of the output `[n, c, h, w]`, the number of elements whose error is larger than their
 * bound, and the first of these elements.
 */
export interface Mismatch {
  readonly shape: Shape4;
  /** The number of wrong elements. */
  readonly wrong: number;
  /** The first wrong element, in NCHW order. */
  readonly at: Shape4;
  /** The value of the first wrong element. */
  readonly actual: number;
  /** The value of this element in the reference. */
  readonly expected: number;
  /** The largest allowed difference between `actual` and `expected`, at least 0. */
  readonly bound: number;
  /** Wrong elements by image, channel, row and column. */
  readonly byAxis: {
    readonly n: readonly number[];
    readonly c: readonly number[];
    readonly h: readonly number[];
    readonly w: readonly number[];
  };
  /** Wrong elements at each place of the plane, `h * w`, over all images and channels. */
  readonly plane: readonly number[];
}

/** The mismatch that a verdict found; `undefined` if it found none. */
export function mismatchOf(shape: Shape4, verdict: Verdict): Mismatch | undefined {
  if (!verdict.first) return undefined;
  const [n, c, h, w] = shape;
  const zeros = (length: number): number[] => Array.from({ length }, () => 0);
  const byAxis = { n: zeros(n), c: zeros(c), h: zeros(h), w: zeros(w) };
  const plane = zeros(h * w);
  for (const index of verdict.wrongAt) {
    const [image, channel, y, x] = placeOf(index, shape);
    byAxis.n[image]!++;
    byAxis.c[channel]!++;
    byAxis.h[y]!++;
    byAxis.w[x]!++;
    plane[y * w + x]!++;
  }
  const { index, actual, expected, bound } = verdict.first;
  return { shape, wrong: verdict.wrong, at: placeOf(index, shape), actual, expected, bound, byAxis, plane };
}

/** Coordinates of an element, from its index in NCHW order. */
function placeOf(index: number, [, c, h, w]: Shape4): Shape4 {
  return [Math.floor(index / (c * h * w)), Math.floor(index / (h * w)) % c, Math.floor(index / w) % h, index % w];
}

/** `12 of 100 elements are wrong: channels 8-10 of 11, rows all of 5, columns 4 of 5; the first is [n 0, ...]: 5, expected 6`. */
export function describeMismatch(mismatch: Mismatch): string {
  const { shape, wrong, at, actual, expected, bound, byAxis } = mismatch;
  const total = shape[0] * shape[1] * shape[2] * shape[3];
  const where = (
    [
      ["image", byAxis.n],
      ["channel", byAxis.c],
      ["row", byAxis.h],
      ["column", byAxis.w],
    ] as const
  )
    .filter(([, counts]) => counts.length > 1)
    .map(([axis, counts]) => `${axis}s ${ranges(counts)} of ${counts.length}`);
  const place = `[n ${at[0]}, c ${at[1]}, h ${at[2]}, w ${at[3]}]`;
  const allowed = bound === 0 ? "" : ` (bound ${bound.toPrecision(3)})`;
  return `${wrong} of ${total} elements are wrong${where.length > 0 ? ` (${where.join(", ")})` : ""}; the first is ${place}: ${showNumber(actual)}, expected ${showNumber(expected)}${allowed}`;
}

/** The number as text. Unlike String, this gives `-0` for −0. */
export function showNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** `all`, or `0-3, 7`; at most six ranges. */
function ranges(counts: readonly number[]): string {
  const found: string[] = [];
  for (let start = 0; start < counts.length; start++) {
    if (counts[start] === 0) continue;
    let end = start;
    while (end + 1 < counts.length && counts[end + 1]! > 0) end++;
    if (start === 0 && end === counts.length - 1) return "all";
    found.push(start === end ? String(start) : `${start}-${end}`);
    start = end;
  }
  return found.length > 6 ? `${found.slice(0, 6).join(", ")}, ...` : found.join(", ");
}

/** The most characters along each axis. For larger planes there are only words. */
const MOST_DRAWN = 40;

/** The plane as text: `.` if all channels are right, `+` if some are wrong, `#` if all are wrong. */
export function drawMismatch({ shape, plane }: Mismatch): readonly string[] {
  const [n, c, h, w] = shape;
  if (h > MOST_DRAWN || w > MOST_DRAWN) return [];
  const mark = (count: number): string => (count === 0 ? "." : count === n * c ? "#" : "+");
  return Array.from({ length: h }, (_, y) =>
    plane
      .slice(y * w, (y + 1) * w)
      .map(mark)
      .join(""),
  );
}
