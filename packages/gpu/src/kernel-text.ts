/** Pieces of kernel text that convolutions and other operations share. */

import type { Clamp } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { blocks, LANES } from "./nc4hw4.js";

/** The lanes of a texel: 0 to 3. */
export const EACH = Array.from({ length: LANES }, (_, lane) => lane);

/**
 * The largest integer up to which all integers are exact in float32. Kernels compute places in float32, so a kernel
 * with larger places would read the wrong ones.
 */
export const MOST_COUNT = 2 ** 24;

/** A kernel that returns the lanes `s0` to `s3`. `names`: its arguments. */
export function kernelText(names: readonly string[], lines: readonly string[]): string {
  const all = [...lines, `return [${EACH.map((l) => `s${l}`).join(", ")}];`];
  return `function (${names.join(", ")}) {\n${indented(all).join("\n")}\n}`;
}

export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/** Lines that clamp `s0` to `s3`. They compare, so NaN stays NaN. */
export function clampLines(clamp: Clamp | undefined): readonly string[] {
  const [min, max] = activationRange(clamp);
  return EACH.flatMap((l) => [
    ...(min === -Infinity ? [] : [`if (s${l} < ${literal(min)}) { s${l} = ${literal(min)}; }`]),
    ...(max === Infinity ? [] : [`if (s${l} > ${literal(max)}) { s${l} = ${literal(max)}; }`]),
  ]);
}

/** The reason why a kernel cannot have this clamp; undefined where it can. */
export function clampRefusal(clamp: Clamp | undefined): string | undefined {
  const [min, max] = activationRange(clamp);
  if (min !== Infinity && max !== -Infinity) return undefined;
  return "a clamp to an infinity alone: no shading language has a word for it";
}

/** Lines that set to zero the lanes which only fill up the last texel of `channels`. `o` is the texel's index among the channels. */
export function spareLines(channels: number, o: string): readonly string[] {
  const spare = EACH.slice(channels % LANES || LANES).map((l) => `s${l} = 0.0;`);
  return spare.length > 0 ? [`if (${o} > ${blocks(channels) - 1.5}) { ${spare.join(" ")} }`] : [];
}

/** The sum of the terms that are not false. */
export function sum(...terms: readonly (string | false)[]): string {
  return terms.filter(Boolean).join(" + ") || "0";
}

/** The integer part of a division of two counts. The added half keeps rounding from crossing an integer. */
export function quotient(dividend: string, divisor: number): string {
  return divisor === 1 ? `(${dividend})` : `Math.floor((${dividend} + 0.5) / ${divisor})`;
}

/** Up to here the integer part is right although WGSL allows a division to be off by 2.5 units in the last place. */
const SAFE = 2 ** 20;

/**
 * Lines that name the integer part and the remainder of a division of two counts.
 *
 * @param most the largest dividend, at most 2^24
 */
export function divideLines(
  whole: string,
  rest: string,
  dividend: string,
  divisor: number,
  most: number,
): readonly string[] {
  const lines = [
    `let ${whole} = ${quotient(dividend, divisor)};`,
    `let ${rest} = ${dividend} - ${times(whole, divisor)};`,
  ];
  if (most < SAFE || divisor === 1) return lines;
  return [
    ...lines,
    `if (${rest} < 0) { ${whole} -= 1; ${rest} += ${divisor}; }`,
    `if (${rest} >= ${divisor}) { ${whole} += 1; ${rest} -= ${divisor}; }`,
  ];
}

/** A loop; for a count of 1 only its body. */
export function loop(name: string, count: number, body: readonly string[]): readonly string[] {
  if (count === 1) return body;
  return [`for (let ${name} = 0; ${name} < ${count}; ${name}++) {`, ...indented(body), "}"];
}

export function times(name: string, factor: number): string {
  return factor === 1 ? name : `${name} * ${factor}`;
}

/** A number as text with a point or an exponent, because gpu.js and GLSL give an integer another type. */
export function literal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
