/** Transposes many matrices. */

import { TransposesParams } from "./operation-params";
import { toNhwc } from "./transpose";

/** Computes the jobs `start` to `end` of images x chunks of matrices x blocks of columns, blocks innermost. */
export function transposes(
  params: TransposesParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  // Loop 2, jobs: splits images into matrices, and few matrices into blocks of columns.
  for (let job = start; job < end; job++) {
    const block = job % params.blocks;
    const rest = job / params.blocks;
    const chunk = rest % params.chunks;
    const image = rest / params.chunks;
    const first = chunk * params.chunkMatrices;
    const column = block * params.blockColumns;
    const columns = min<i32>(params.blockColumns, params.columns - column);
    let from = input + image * params.inputImage + first * params.fromMatrix + (column << 2);
    let to = output + image * params.outputImage + first * params.toMatrix + column * params.toRow;
    // Loop 1, matrices.
    for (let left = min<i32>(params.chunkMatrices, params.matrices - first); left > 0; left--) {
      toNhwc(from, params.fromRow, to, params.toRow, params.rows, columns);
      from += params.fromMatrix;
      to += params.toMatrix;
    }
  }
}
