/**
 * The reference: a convolution in float64, plain enough to check it by reading. It shares no code with any
 * backend or with core's arithmetic. Definition: torch.nn.Conv2d, https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */

import type { Conv2dProblem, PaddingMode } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Operands } from "./operands.js";

/** The float64 reference's result for a convolution: the output, and the size of its sums. Both have the shape `[n, oc, oh, ow]`. */
export interface ReferenceResult {
  /** The result, NCHW. */
  readonly output: Float64Array;
  /** Σ|x||w| + |b| + |r| for each output. The error bound is proportional to it. */
  readonly magnitude: Float64Array;
}

/**
 * The convolution of `problem` in float64, for operands in NCHW and OIHW. Sizes are not checked.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` for an activation that is no clamp
 */
export function referenceConv2d(problem: Conv2dProblem, operands: Operands): ReferenceResult {
  const { n, g, ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, pt, pl, paddingMode } = problem;
  const { input, weight, bias, residual } = operands;
  const icPerGroup = ic / g;
  const ocPerGroup = oc / g;
  const [min, max] = activationRange(problem.activation);
  const output = new Float64Array(n * oc * oh * ow);
  const magnitude = new Float64Array(n * oc * oh * ow);

  for (let image = 0; image < n; image++) {
    for (let o = 0; o < oc; o++) {
      const firstChannel = Math.floor(o / ocPerGroup) * icPerGroup;
      for (let oy = 0; oy < oh; oy++) {
        for (let ox = 0; ox < ow; ox++) {
          let sum = 0;
          let size = 0;
          for (let ky = 0; ky < kh; ky++) {
            const y = sourceIndex(oy * sh + ky * dh - pt, ih, paddingMode);
            for (let kx = 0; kx < kw; kx++) {
              const x = sourceIndex(ox * sw + kx * dw - pl, iw, paddingMode);
              for (let i = 0; i < icPerGroup; i++) {
                // A zero of the padding is multiplied like any other value. This matters if the weight is infinite.
                const value =
                  y === undefined || x === undefined ? 0 : input[((image * ic + firstChannel + i) * ih + y) * iw + x]!;
                const product = value * weight[((o * icPerGroup + i) * kh + ky) * kw + kx]!;
                sum += product;
                size += Math.abs(product);
              }
            }
          }
          const at = ((image * oc + o) * oh + oy) * ow + ox;
          const extra = [bias ? bias[o]! : 0, residual ? residual[at]! : 0];
          for (const term of extra) {
            sum += term;
            size += Math.abs(term);
          }
          output[at] = Math.min(Math.max(sum, min), max);
          magnitude[at] = size;
        }
      }
    }
  }
  return { output, magnitude };
}

/** The place that a coordinate reads, inside `[0, size)`, or `undefined` if it reads a zero. */
export function sourceIndex(at: number, size: number, mode: PaddingMode): number | undefined {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case "zeros":
      return undefined;
    case "replicate":
      return at < 0 ? 0 : size - 1;
    case "reflect": // 2 1 | 0 1 2 3 | 2 1
      return at < 0 ? -at : 2 * (size - 1) - at;
    case "circular": // 2 3 | 0 1 2 3 | 0 1
      return at < 0 ? at + size : at - size;
  }
}
