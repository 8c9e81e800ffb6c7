/** assembly/transposes.ts in TypeScript. Integers are moved, so that the bits of a NaN stay as they are. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { TRANSPOSES_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const AT = fieldIndices(TRANSPOSES_PARAMS);

export function transposesJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [matrices, rows, columns] = [field(AT.matrices), field(AT.rows), field(AT.columns)];
    const [fromRow, toRow] = [field(AT.fromRow) >>> 2, field(AT.toRow) >>> 2];
    const [fromMatrix, toMatrix] = [field(AT.fromMatrix) >>> 2, field(AT.toMatrix) >>> 2];
    const [chunkMatrices, chunks] = [field(AT.chunkMatrices), field(AT.chunks)];
    const [blockColumns, blocks] = [field(AT.blockColumns), field(AT.blocks)];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];

    for (let job = start; job < end; job++) {
      const block = job % blocks;
      const chunk = Math.floor(job / blocks) % chunks;
      const image = Math.floor(job / (blocks * chunks));
      const lastColumn = Math.min((block + 1) * blockColumns, columns);
      const lastMatrix = Math.min((chunk + 1) * chunkMatrices, matrices);
      for (let matrix = chunk * chunkMatrices; matrix < lastMatrix; matrix++) {
        const from = (input >>> 2) + image * inputImage + matrix * fromMatrix;
        const to = (output >>> 2) + image * outputImage + matrix * toMatrix;
        for (let column = block * blockColumns; column < lastColumn; column++) {
          for (let row = 0; row < rows; row++) {
            i32[to + column * toRow + row] = i32[from + row * fromRow + column]!;
          }
        }
      }
    }
  };
}
