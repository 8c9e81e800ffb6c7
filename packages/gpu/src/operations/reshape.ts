/**
 * The same elements under another shape. An element's place in the whole tensor may be a number that float32 does not
 * hold. So places stay digits, as those of a number whose base is the size of an axis, and are divided as one divides on
 * paper: by each size of the input in turn, from the most significant digit on.
 */

import { formatOperation, type ReshapeProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { divideLines, kernelText } from "../kernel-text.js";
import { planesOf } from "../planes.js";
import { channelOf, eachChannelLane, here, readChannel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

/** Largest count that float32 holds exactly. */
const MOST = 2 ** 24;

export const reshape: OperationKernels<ReshapeProblem> = {
  refuse(p) {
    const { most } = placeOf(p, "", { image: "n", channel: "c", y: "y", x: "x" });
    if (most <= MOST) return undefined;
    return `places are counted up to ${most} on the way: shading languages count in float32, which is exact up to 2^24`;
  },
  steps: (p) => ({
    algorithm: "reshape by lanes",
    steps: [
      {
        key: formatOperation(p),
        reads: { x: input([p.n, p.ic, p.ih, p.iw]) },
        output: planesOf([p.on, p.oc, p.oh, p.ow]),
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

/** Where the input has what the output has at `own`, the lines that name it, and the largest count in them. */
function placeOf(
  p: ReshapeProblem,
  as: string,
  own: Place,
): Place & { readonly lines: readonly string[]; readonly most: number } {
  const [image, channel, y, x] = [
    digit(own.image, p.on),
    digit(own.channel, p.oc),
    digit(own.y, p.oh),
    digit(own.x, p.ow),
  ];
  const digits = p.order === "nchw" ? [image, channel, y, x] : [image, y, x, channel];
  const [c, h, w] = [
    { name: `ic${as}`, size: p.ic },
    { name: `iy${as}`, size: p.ih },
    { name: `ix${as}`, size: p.iw },
  ] as const;
  const innermostFirst = p.order === "nchw" ? [w, h, c] : [c, w, h];
  let left: readonly Digit[] = digits;
  let most = 0;
  const lines: string[] = [];
  const found = new Map<string, string>();
  for (const { name, size } of innermostFirst) {
    const division = divideDigits(left, size, name);
    lines.push(...division.lines);
    found.set(name, division.rest);
    left = division.digits;
    most = Math.max(most, division.most);
  }
  return {
    lines,
    most,
    image: numberOf(left),
    channel: found.get(c.name)!,
    y: found.get(h.name)!,
    x: found.get(w.name)!,
  };
}

/** What the digits stand for. */
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
