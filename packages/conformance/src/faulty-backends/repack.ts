/** Weights that were packed for one kernel, as another kernel reads them. */

import type { Conv2dProblem } from "@convene/core";

/**
 * The weights that a kernel of 4 columns reads if they were packed for a kernel of 8 columns. In each group the weights are a
 * matrix of `columns` output channels by `terms`. A panel of `width` columns holds, for each term, `width` weights side by side,
 * and zeros past the last column. Groups of at most 4 columns are packed for the right kernel.
 */
export function repack({ g, oc, ic, kh, kw }: Conv2dProblem, weight: Float32Array): Float32Array {
  const columns = oc / g;
  const terms = (ic / g) * kh * kw;
  const packedWidth = columns > 4 ? 8 : 4;
  const place = (width: number, column: number, term: number): number =>
    (Math.floor(column / width) * terms + term) * width + (column % width);
  const seen = new Float32Array(weight.length);
  for (let group = 0; group < g; group++) {
    const first = group * columns * terms;
    const packed = new Float32Array(Math.ceil(columns / packedWidth) * packedWidth * terms);
    for (let column = 0; column < columns; column++) {
      for (let term = 0; term < terms; term++) {
        packed[place(packedWidth, column, term)] = weight[first + column * terms + term]!;
      }
    }
    for (let column = 0; column < columns; column++) {
      for (let term = 0; term < terms; term++) {
        seen[first + column * terms + term] = packed[place(4, column, term)]!;
      }
    }
  }
  return seen;
}
