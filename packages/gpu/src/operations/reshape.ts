/**
 * The same elements under another shape. An element's place in the whole tensor may be an integer that float32 cannot
 * hold. So a place stays a list of digits, whose bases are the sizes of the axes. The list is divided as on paper, by
 * each size of the input in turn, from the most significant digit on.
 */

import { formatOperation, type ReshapeProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { divideLines, kernelText, MOST_COUNT } from "../kernel-text.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, readChannel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const reshape: OperationKernels<ReshapeProblem> = {
  refuse(p) {
    const { most } = placeOf(p, "", { image: "n", channel: "c", y: "y", x: "x" });
    if (most <= MOST_COUNT) return undefined;
    return `places are counted up to ${most} on the way: shading languages count in float32, which is exact up to 2^24`;
  },
  steps: (p) => ({
    algorithm: "reshape by lanes",
    steps: [
      {
        key: formatOperation(p),
        reads: { x: input([p.n, p.ic, p.ih, p.iw]) },
        output: nc4hw4Of([p.on, p.oc, p.oh, p.ow]),
        source: (access) => reshapeSource(p, access),
      },
    ],
  }),
};

function reshapeSource(p: ReshapeProblem, access: Access): string {
  const at = here(access, [p.on, p.oc, p.oh, p.ow]);
  const lanes = eachChannelLane(p.oc, at, (lane) => {
    const own = { image: at.image || "0", channel: `(${channelOf(at, lane)})`, y: at.y, x: at.x };
    const { lines, image, channel, y, x } = placeOf(p, String(lane), own);
    return [...lines, ...readChannel(access, "x", { image: p.n > 1 && image, channels: p.ic, y, x }, lane, channel)];
  });
  return kernelText(["x"], [...at.lines, ...ZEROS, ...lanes]);
}

/** A place in a tensor, as expressions. */
interface Place {
  readonly image: string;
  readonly channel: string;
  readonly y: string;
  readonly x: string;
}

/** A digit: an expression, its base, and the most that it may be. */
interface Digit {
  readonly text: string;
  readonly base: number;
  readonly most: number;
}

const digit = (text: string, base: number): Digit => ({ text: base === 1 ? "0" : text, base, most: base - 1 });

/** An axis of the input. */
interface Axis {
  readonly name: "image" | "channel" | "y" | "x";
  readonly size: number;
}

/** The place in the input of the output's element at `own`, the lines that name this place, and the largest count in the lines. */
function placeOf(
  p: ReshapeProblem,
  as: string,
  own: Place,
): Place & { readonly lines: readonly string[]; readonly most: number } {
  const inOrder = <T>(image: T, channel: T, y: T, x: T): readonly T[] =>
    p.order === "nchw" ? [image, channel, y, x] : [image, y, x, channel];
  const digits = inOrder(digit(own.image, p.on), digit(own.channel, p.oc), digit(own.y, p.oh), digit(own.x, p.ow));
  const axes = inOrder<Axis>(
    { name: "image", size: p.n },
    { name: "channel", size: p.ic },
    { name: "y", size: p.ih },
    { name: "x", size: p.iw },
  );
  const place = { image: "0", channel: "0", y: "0", x: "0" };
  const lines: string[] = [];
  let most = 0;
  for (const part of meetings(digits, axes)) {
    let left = part.digits;
    for (let axis = part.axes.length - 1; axis > 0; axis--) {
      const { name, size } = part.axes[axis]!;
      const division = divideDigits(left, size, `${name}Of${as}`);
      lines.push(...division.lines);
      place[name] = division.rest;
      left = division.digits;
      most = Math.max(most, division.most);
    }
    const { name, size } = part.axes[0]!;
    if (size === 1) continue;
    place[name] = `${name}Of${as}`;
    lines.push(`const ${name}Of${as} = ${numberOf(left)};`);
  }
  return { ...place, lines, most };
}

/**
 * Splits the axes into as many parts as possible. In each part the output's axes and the input's axes have the same number of places. A batch
 * that stays a batch is a part by itself, so no division needs it.
 */
function meetings(
  digits: readonly Digit[],
  axes: readonly Axis[],
): readonly { readonly digits: readonly Digit[]; readonly axes: readonly Axis[] }[] {
  const found: { readonly digits: readonly Digit[]; readonly axes: readonly Axis[] }[] = [];
  let [i, j, fromI, fromJ] = [digits.length, axes.length, digits.length, axes.length];
  let [a, b] = [1, 1];
  while (i > 0 || j > 0) {
    if (i > 0 && (a <= b || j === 0)) a *= digits[--i]!.base;
    else b *= axes[--j]!.size;
    if (a !== b || fromJ === j || fromI === i) continue;
    found.push({ digits: digits.slice(i, fromI), axes: axes.slice(j, fromJ) });
    [fromI, fromJ, a, b] = [i, j, 1, 1];
  }
  // The axes that are left have size 1.
  return found;
}

/** The number that the digits stand for. */
function numberOf(digits: readonly Digit[]): string {
  return digits.reduce(
    (text, each) =>
      text === "0" ? each.text : `(${text}) * ${each.base}${each.text === "0" ? "" : ` + ${each.text}`}`,
    "0",
  );
}

/** A division on paper: the quotient has the same bases. */
function divideDigits(
  digits: readonly Digit[],
  divisor: number,
  as: string,
): {
  readonly lines: readonly string[];
  readonly digits: readonly Digit[];
  readonly rest: string;
  readonly most: number;
} {
  if (divisor === 1) return { lines: [], digits, rest: "0", most: 0 };
  const lines: string[] = [];
  const quotients: Digit[] = [];
  let rest = { text: "0", most: 0 };
  let largest = 0;
  for (const [index, { text, base, most }] of digits.entries()) {
    const dividend = rest.most * base + most;
    const terms = [rest.most > 0 && (base === 1 ? rest.text : `${rest.text} * ${base}`), most > 0 && text];
    const words = terms.filter(Boolean).join(" + ") || "0";
    largest = Math.max(largest, dividend);
    if (dividend === 0) {
      quotients.push({ text: "0", base, most: 0 });
      continue;
    }
    const name = `${as}d${index}`;
    lines.push(`const ${name} = ${words};`);
    if (dividend < divisor) {
      quotients.push({ text: "0", base, most: 0 });
      rest = { text: name, most: dividend };
      continue;
    }
    lines.push(...divideLines(`${name}q`, `${name}r`, name, divisor, dividend));
    quotients.push({ text: `${name}q`, base, most: Math.floor(dividend / divisor) });
    rest = { text: `${name}r`, most: Math.min(divisor - 1, dividend) };
  }
  return { lines, digits: quotients, rest: rest.text, most: largest };
}
