/** Matrices that are transposed: channel shuffles, and reshapes in the order of NCHW. */

import type { Step, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { cut, LINE } from "./division.js";
import { TRANSPOSES_PARAMS } from "./params.js";

/**
 * Each of `n` images has `matrices` matrices of `rows` x `columns` numbers, one right after the other. Distances of
 * images are in bytes.
 */
export interface Matrices {
  readonly n: number;
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly inputImage: number;
  readonly outputImage: number;
}

export function transposeStep(
  { arena, leastJobs }: Workplace,
  { n, matrices, rows, columns, inputImage, outputImage }: Matrices,
): Step {
  const chunk = cut(matrices, Math.ceil(leastJobs / n));
  const block = cut(columns, Math.ceil(leastJobs / (n * chunk.count)), LINE);
  const params = writeParams(arena, TRANSPOSES_PARAMS, {
    matrices,
    rows,
    columns,
    fromRow: 4 * columns,
    toRow: 4 * rows,
    fromMatrix: 4 * rows * columns,
    toMatrix: 4 * rows * columns,
    chunkMatrices: chunk.each,
    chunks: chunk.count,
    blockColumns: block.each,
    blocks: block.count,
    inputImage,
    outputImage,
  });
  return { kernel: "transposes", params, jobs: n * chunk.count * block.count };
}
