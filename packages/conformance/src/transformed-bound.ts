/**
 * The largest error of the outputs of a transformed plan: the bound of rule 3, which is the same for every backend.
 *
 * **The algorithm.** Winograd's algorithm for a 3x3 kernel, with m x m outputs a tile, computes
 *
 *     Y = Aᵀ [ Σc (G w_c Gᵀ) ∘ (Bᵀ x_c B) ] A,
 *
 * with x_c a tile of (m + 2)² pixels of the padded input. m is 4 here, and G, B, A are the matrices of Lavin and Gray ("Fast
 * Algorithms for Convolutional Neural Networks", 2015) for the points 0, 1, −1, 2, −2 and infinity, which most libraries use.
 *
 * **The bound of a tile.** Every step is a sum of products. A product of an input, a weight and constants is rounded at most K
 * times on its way into an output. So the computed value is the same sum with each term multiplied by some (1 + θ), |θ| ≤ γ(K)
 * (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, lemma 3.1). For each component this gives, as in Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the Accuracy of Winograd
 * Convolution for Deep Neural Networks" (2020),
 *
 *     |Ŷ − Y| ≤ γ(K) · |Aᵀ| [ Σc (|G||w_c||Gᵀ|) ∘ (|Bᵀ||x_c||B|) ] |A|.
 *
 * The bound does not change if factors move from a row of one matrix to the same row of another, as in some implementations. K
 * counts these roundings, in any order of summation and with or without fused multiply-add:
 *
 * - 2 · 4 for the input: a row of Bᵀ has at most 4 numbers (a product and 3 additions), in each of two passes;
 * - 2 · (3 + 1) for the weights: a row of G has 3 numbers, and 1/6, 1/12 and 1/24 are rounded themselves. A backend may transform
 *   weights in float64; these roundings are counted too;
 * - 1 for the product, and ic / g for the sum over channels;
 * - 2 · 5 for the output: a row of Aᵀ has at most 5 numbers;
 * - 1 for the bias, and 1 for the residual.
 *
 * **Dilation.** With a dilation of d, a tile has every d-th output and reads every d-th pixel: the outputs of one phase, y mod d, are a
 * convolution without dilation. The derivation is the same, with every d-th of the pixels below.
 *
 * **The bound of an output.** A backend chooses where its tiles begin, so the bound must hold for every tiling. If a tile has row
 * oy among its 4 rows of outputs, it reads rows between oy − 3 and oy + 5 of the padded input. The same holds for columns. Let
 * X_c be the largest |x_c| in these 9 x 9 pixels (pixels outside of the padded input are zeros). Then |Bᵀ||x_c||B| ≤ X_c b bᵀ,
 * where b are the row sums of |Bᵀ|. An output may have 16 places in its tile, and the worst place counts:
 *
 *     ω(o, c) = max of |Aᵀ| [ (|G||w_oc||Gᵀ|) ∘ (b bᵀ) ] |A|,
 *     bound(o, y, x) = γ(K) · (Σc X_c(y, x) · ω(o, c) + |bias| + |residual|) + underflow.
 *
 * F(2x2, 3x3), F(3x3, 3x3), and F(4x4, 3x3) with one of the points 2 and −2 inverted, make smaller errors, so
 * they meet the bound too (`transformed-bound.test.ts`). There is no bound for tiles larger than 4x4, for Fourier transforms, and
 * for 1/2 and −1/2 instead of 2 and −2. These points amplify a kernel as the bound says for the kernel turned by 180 degrees.
 *
 * **Underflow.** A subnormal product loses at most η = 2⁻¹⁵⁰. Bᵀ and Aᵀ are integers, so products with them lose nothing. Weights
 * lose 3 η in each of the two passes, so 6 η in all, because the row sums of |G| are at most 1. Products lose η for each channel.
 * After the output transform this is at most η · (ic / g · 19² + 6 · 126² · Σc X_c), where 19 and 126 are the largest of |Aᵀ| 1 and
 * of |Aᵀ| b. Twice this number also covers the later roundings.
 *
 * **Values that are not finite.** A NaN or an infinity in a tile makes NaN of outputs that do not read it, and of outputs that would
 * be infinite. So NaN is allowed beside the right result if X_c covers such a number, or if a weight of the output's channel is such
 * a number. If an intermediate value may overflow float32, any value is allowed.
 */

import type { Conv2dProblem } from "@convene/core";
import type { Operands } from "./operands.js";
import { sourceIndex } from "./reference.js";
import { gamma, UNDERFLOW } from "./rules.js";

/** The values that rule 3 allows for each output, in NCHW order. */
export interface TransformedBound {
  /** The largest error of the output. It is `Infinity` if an intermediate value may overflow; then any value is allowed. */
  readonly bound: Float64Array;
  /** 1 if the output may be NaN instead. */
  readonly mayBeNaN: Uint8Array;
}

export type Matrix = readonly (readonly number[])[];

/** The transforms of F(4x4, 3x3), after Lavin and Gray (2015). */
export const LAVIN_GRAY: { readonly input: Matrix; readonly weight: Matrix; readonly output: Matrix } = {
  /** Bᵀ */
  input: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  /** G */
  weight: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  /** Aᵀ */
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
};

/** The side of the largest tile with a bound, in outputs. */
const TILE = 4;
const LARGEST = 2 ** 127 * (2 - 2 ** -23);
/** The largest row sums of |Aᵀ| and of |Aᵀ| b, and the largest of b, each for two passes. */
const [OUTPUT_GAIN, BOTH_GAINS, INPUT_GAIN] = [19 ** 2, 126 ** 2, 10 ** 2];

/** Whether rule 3 exists for `problem`: a 3x3 kernel of stride 1, with any dilation. */
export function hasTransformedRule({ kh, kw, sh, sw }: Conv2dProblem): boolean {
  return kh === 3 && kw === 3 && sh === 1 && sw === 1;
}

/** K, the most roundings of one product on its way through the transforms into an output. */
export function transformedRoundings({ ic, g }: Conv2dProblem): number {
  return 2 * 4 + 2 * (3 + 1) + 1 + ic / g + 2 * 5 + 2;
}

/**
 * The bound of rule 3 for these operands.
 *
 * @throws RangeError for a problem without a rule 3
 */
export function transformedBound(problem: Conv2dProblem, operands: Operands): TransformedBound {
  if (!hasTransformedRule(problem)) {
    throw new RangeError("rule 3 is stated for 3x3 kernels of stride 1 only");
  }
  const { n, g, ic, oc, oh, ow } = problem;
  const { weight, bias, residual } = operands;
  const [icPerGroup, ocPerGroup, plane] = [ic / g, oc / g, oh * ow];
  const relative = gamma(transformedRoundings(problem));
  const amplification = amplifications(weight);
  const bound = new Float64Array(n * oc * plane);
  const mayBeNaN = new Uint8Array(n * oc * plane);

  for (let image = 0; image < n; image++) {
    for (let group = 0; group < g; group++) {
      const sum = new Float64Array(plane);
      const largest = new Float64Array(plane);
      const tainted = new Uint8Array(plane);
      const reaches = Array.from({ length: icPerGroup }, (_, c) => {
        const { reach, isTainted } = reachOf(problem, operands.input, image * ic + group * icPerGroup + c);
        for (let at = 0; at < plane; at++) {
          sum[at]! += reach[at]!;
          if (reach[at]! > largest[at]!) largest[at] = reach[at]!;
          if (isTainted(at)) tainted[at] = 1;
        }
        return reach;
      });
      for (let o = group * ocPerGroup; o < (group + 1) * ocPerGroup; o++) {
        const magnitude = new Float64Array(plane);
        let wild = false;
        reaches.forEach((reach, c) => {
          const factor = amplification[o * icPerGroup + c]!;
          if (factor === Infinity) wild = true;
          else for (let at = 0; at < plane; at++) magnitude[at]! += reach[at]! * factor;
        });
        const first = (image * oc + o) * plane;
        for (let at = 0; at < plane; at++) {
          mayBeNaN[first + at] = wild ? 1 : tainted[at]!;
          const terms = magnitude[at]! + finite(bias?.[o]) + finite(residual?.[first + at]);
          const lost = 2 * UNDERFLOW * (icPerGroup * OUTPUT_GAIN + 6 * BOTH_GAINS * sum[at]!);
          const overflows = terms > LARGEST || INPUT_GAIN * largest[at]! > LARGEST;
          // If every term is 0, every intermediate value is 0.
          bound[first + at] = overflows ? Infinity : terms === 0 ? 0 : relative * terms + lost;
        }
      }
    }
  }
  return { bound, mayBeNaN };
}

/** |value|, or 0 for a value that is not finite, because a result from such a value must be exact. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? Math.abs(value) : 0;
}

/** X_c of one input plane at each output, over finite pixels, and whether an output's pixels have a value that is not finite. */
function reachOf(
  problem: Conv2dProblem,
  input: Float32Array,
  plane: number,
): { readonly reach: Float64Array; isTainted(at: number): boolean } {
  const size = problem.ih * problem.iw;
  const own = input.subarray(plane * size, (plane + 1) * size);
  const reach = slidingLargest(problem, (at) => finite(own[at]));
  if (own.every(Number.isFinite)) return { reach, isTainted: () => false };
  const taint = slidingLargest(problem, (at) => (Number.isFinite(own[at]) ? 0 : 1));
  return { reach, isTainted: (at) => taint[at] === 1 };
}

/** For each output, the largest value among the pixels that a tile with this output can read. */
function slidingLargest(problem: Conv2dProblem, pixel: (at: number) => number): Float64Array {
  const { ih, iw, oh, ow, pt, pb, pl, pr, dh, dw, paddingMode } = problem;
  const [height, width] = [ih + pt + pb, iw + pl + pr];
  const columns = Array.from({ length: width }, (_, px) => sourceIndex(px - pl, iw, paddingMode));
  const rows = new Float64Array(height * ow);
  for (let py = 0; py < height; py++) {
    const y = sourceIndex(py - pt, ih, paddingMode);
    if (y === undefined) continue;
    const line = Float64Array.from(columns, (x) => (x === undefined ? 0 : pixel(y * iw + x)));
    for (let ox = 0; ox < ow; ox++) rows[py * ow + ox] = largestNear(line, ox, dw, 0, 1, width);
  }
  const result = new Float64Array(oh * ow);
  for (let oy = 0; oy < oh; oy++) {
    for (let ox = 0; ox < ow; ox++) {
      result[oy * ow + ox] = largestNear(rows, oy, dh, ox, ow, height);
    }
  }
  return result;
}

/** The largest value along an axis that a tile with output `at` can read. The axis has `size` values, from `first` on, `step` apart. */
function largestNear(
  values: Float64Array,
  at: number,
  dilation: number,
  first: number,
  step: number,
  size: number,
): number {
  let largest = 0;
  for (let tap = 1 - TILE; tap < TILE + 2; tap++) {
    const index = at + dilation * tap;
    if (index >= 0 && index < size) largest = Math.max(largest, values[first + index * step]!);
  }
  return largest;
}

/** ω for each output channel and each input channel of its group; `Infinity` for weights that are not finite. */
function amplifications(weight: Float32Array): Float64Array {
  const absolute = (matrix: Matrix): Matrix => matrix.map((row) => row.map(Math.abs));
  const [input, kernel, output] = [LAVIN_GRAY.input, LAVIN_GRAY.weight, LAVIN_GRAY.output].map(absolute) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const b = input.map((row) => row.reduce((total, value) => total + value, 0));
  // |Aᵀ| diag(b) |G| is applied in both passes of the kernel, because the outer product b bᵀ gives each pass one factor b.
  const through = output.map((row) =>
    [0, 1, 2].map((tap) => row.reduce((total, a, i) => total + a * b[i]! * kernel[i]![tap]!, 0)),
  );
  /** For each row and each column of the output, the factors of the nine taps. */
  const factors = Float64Array.from(
    through.flatMap((row) => through.flatMap((column) => row.flatMap((down) => column.map((across) => down * across)))),
  );
  const result = new Float64Array(weight.length / 9);
  for (let pair = 0; pair < result.length; pair++) {
    let largest = 0;
    for (let first = 0; first < factors.length; first += 9) {
      let sum = 0;
      for (let tap = 0; tap < 9; tap++) sum += factors[first + tap]! * Math.abs(weight[pair * 9 + tap]!);
      largest = Number.isFinite(sum) ? Math.max(largest, sum) : Infinity;
    }
    result[pair] = largest;
  }
  return result;
}
