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
  const { n, oc, oh, ow } = problem;
  const { bias, residual } = operands;
  const [min, max] = activationRange(problem.activation);
  const output = new Float64Array(n * oc * oh * ow);
  const magnitude = new Float64Array(n * oc * oh * ow);
  const totals = new Float64Array(2);

  for (let image = 0; image < n; image++) {
    for (let o = 0; o < oc; o++) {
      for (let oy = 0; oy < oh; oy++) {
        for (let ox = 0; ox < ow; ox++) {
          totals.fill(0);
          addTaps(totals, problem, operands, image, o, oy, ox);
          const at = ((image * oc + o) * oh + oy) * ow + ox;
          const ofBias = bias?.[o] ?? 0;
          const ofResidual = residual?.[at] ?? 0;
          output[at] = Math.min(Math.max(totals[0]! + ofBias + ofResidual, min), max);
          magnitude[at] = totals[1]! + Math.abs(ofBias) + Math.abs(ofResidual);
        }
      }
    }
  }
  return { output, magnitude };
}

/**
 * Adds the products of one output to `totals[0]`, and their absolute values to `totals[1]`. This function and `addProducts` are small,
 * so the engine compiles them after a few calls: all convolutions of the quick selection take 150 to 190 ms at first, and took 270 to 290 ms
 * in one function (AMD EPYC, Node 20).
 */
function addTaps(
  totals: Float64Array,
  { g, ic, ih, iw, oc, kh, kw, sh, sw, dh, dw, pt, pl, paddingMode }: Conv2dProblem,
  { input, weight }: Operands,
  image: number,
  o: number,
  oy: number,
  ox: number,
): void {
  const icPerGroup = ic / g;
  const ocPerGroup = oc / g;
  const firstPlane = image * ic + Math.floor(o / ocPerGroup) * icPerGroup;
  for (let ky = 0; ky < kh; ky++) {
    const y = sourceIndex(oy * sh + ky * dh - pt, ih, paddingMode);
    for (let kx = 0; kx < kw; kx++) {
      const x = sourceIndex(ox * sw + kx * dw - pl, iw, paddingMode);
      const pixel =
        y === undefined || x === undefined ? ZEROS : { data: input, at: (firstPlane * ih + y) * iw + x, step: ih * iw };
      const tap = { data: weight, at: (o * icPerGroup * kh + ky) * kw + kx, step: kh * kw };
      addProducts(totals, pixel, tap, icPerGroup);
    }
  }
}

/** The values of all channels of a group at one place: `data[at]`, `data[at + step]`, .... */
interface Channels {
  readonly data: Float32Array;
  readonly at: number;
  readonly step: number;
}

/** A zero of the padding is multiplied like any other value. This matters if the weight is infinite. */
const ZEROS: Channels = { data: new Float32Array(1), at: 0, step: 0 };

function addProducts(totals: Float64Array, x: Channels, w: Channels, count: number): void {
  let [sum, size] = [totals[0]!, totals[1]!];
  for (let i = 0; i < count; i++) {
    const product = x.data[x.at + i * x.step]! * w.data[w.at + i * w.step]!;
    sum += product;
    size += Math.abs(product);
  }
  totals[0] = sum;
  totals[1] = size;
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
