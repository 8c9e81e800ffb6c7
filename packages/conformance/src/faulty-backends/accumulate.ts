/** A convolution in which a function rounds each product and each sum. */

import type { Conv2dProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";

/**
 * Computes the convolution in the arithmetic of `round`: each product and each sum is rounded. The products of one
 * tap (a channel of each group, a row and a column of the kernel) are a 1x1 convolution, shifted by that tap's place.
 */
export function accumulate(problem: Conv2dProblem, operands: Operands, round: (x: number) => number): Float64Array {
  const { n, g, ic, ih, iw, oc, oh, ow, kh, kw, dh, dw, pt, pl } = problem;
  const { input, weight, bias, residual } = operands;
  const icPerGroup = ic / g;
  const sum = new Float64Array(n * oc * oh * ow);
  for (let i = 0; i < icPerGroup; i++) {
    const channels = new Float32Array(n * g * ih * iw);
    for (let at = 0; at < n * g; at++) {
      const from = (at * icPerGroup + i) * ih * iw;
      channels.set(input.subarray(from, from + ih * iw), at * ih * iw);
    }
    for (let ky = 0; ky < kh; ky++) {
      for (let kx = 0; kx < kw; kx++) {
        const tap: Conv2dProblem = {
          ...problem,
          ic: g,
          kh: 1,
          kw: 1,
          pt: pt - ky * dh,
          pl: pl - kx * dw,
          activation: undefined,
        };
        const ofTap = Float32Array.from({ length: oc }, (_, o) => weight[((o * icPerGroup + i) * kh + ky) * kw + kx]!);
        const products = referenceConv2d(tap, { input: channels, weight: ofTap }).output;
        for (let at = 0; at < sum.length; at++) sum[at] = round(sum[at]! + round(products[at]!));
      }
    }
  }
  const [min, max] = activationRange(problem.activation);
  return sum.map((product, at) => {
    const biased = round(product + (bias?.[Math.floor(at / (oh * ow)) % oc] ?? 0));
    return Math.min(Math.max(round(biased + (residual?.[at] ?? 0)), min), max);
  });
}
