/** assembly/pool.ts in TypeScript; sums of averages in float64. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { POOL_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const AT = fieldIndices(POOL_PARAMS);

export function poolJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const average = field(AT.average) !== 0;
    const [rows, columns, oh, ow] = [field(AT.rows) >>> 2, field(AT.columns) >>> 2, field(AT.oh), field(AT.ow)];
    const [channels, chunkChannels, chunks] = [field(AT.channels), field(AT.chunkChannels), field(AT.chunks)];
    const [tapRow, tapColumn] = [field(AT.tapRow) >>> 2, field(AT.tapColumn) >>> 2];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const y = Math.floor(job / chunks) % oh;
      const image = Math.floor(job / (chunks * oh));
      const row = rows + 3 * y;
      const [height, countedRows] = [i32[row + 1]!, i32[row + 2]!];
      const firstChannel = chunk * chunkChannels;
      const lastChannel = Math.min(firstChannel + chunkChannels, channels);
      const base = (input >>> 2) + image * inputImage + (i32[row]! >>> 2);
      let to = (output >>> 2) + image * outputImage + y * ow * channels;
      for (let x = 0; x < ow; x++) {
        const column = columns + 3 * x;
        const [width, countedColumns] = [i32[column + 1]!, i32[column + 2]!];
        const first = base + (i32[column]! >>> 2);
        for (let channel = firstChannel; channel < lastChannel; channel++) {
          let most = -Infinity;
          let sum = 0;
          for (let ky = 0; ky < height; ky++) {
            let from = first + channel + ky * tapRow;
            for (let kx = 0; kx < width; kx++) {
              const value = f32[from]!;
              sum += value;
              // A NaN becomes the maximum, and stays the maximum.
              if (!(value <= most) && !Number.isNaN(most)) most = value;
              from += tapColumn;
            }
          }
          f32[to + channel] = average ? sum / (countedRows * countedColumns) : most;
        }
        to += channels;
      }
    }
  };
}
