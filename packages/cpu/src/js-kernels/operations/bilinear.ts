/** assembly/bilinear.ts in TypeScript: sums in float64, rounded once when they are stored. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { BILINEAR_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const AT = fieldIndices(BILINEAR_PARAMS);

export function bilinearJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [rows, columns] = [field(AT.rows) >>> 2, field(AT.columns) >>> 2];
    const [oh, ow, channels] = [field(AT.oh), field(AT.ow), field(AT.channels)];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];

    for (let job = start; job < end; job++) {
      const y = job % oh;
      const image = Math.floor(job / oh);
      const base = (input >>> 2) + image * inputImage;
      const row = rows + 3 * y;
      const [top, bottom] = [base + (i32[row]! >>> 2), base + (i32[row + 1]! >>> 2)];
      const down = f32[row + 2]!;
      let to = (output >>> 2) + image * outputImage + y * ow * channels;
      for (let x = 0; x < ow; x++) {
        const column = columns + 3 * x;
        const [left, right] = [i32[column]! >>> 2, i32[column + 1]! >>> 2];
        const across = f32[column + 2]!;
        for (let channel = 0; channel < channels; channel++) {
          const [l, r] = [left + channel, right + channel];
          const upper = f32[top + l]! * (1 - across) + f32[top + r]! * across;
          const lower = f32[bottom + l]! * (1 - across) + f32[bottom + r]! * across;
          f32[to + channel] = upper * (1 - down) + lower * down;
        }
        to += channels;
      }
    }
  };
}
