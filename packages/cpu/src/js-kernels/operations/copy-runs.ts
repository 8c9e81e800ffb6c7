/** assembly/copy-runs.ts in TypeScript. Integers are copied, so that the bits of a NaN stay as they are. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { COPY_RUNS_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const AT = fieldIndices(COPY_RUNS_PARAMS);

/** Elements up to which a run is copied in a loop. Longer runs are copied as a whole. */
const SHORT = 64;

export function copyRunsJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [rows, oh, outputRow] = [field(AT.rows) >>> 2, field(AT.oh), field(AT.outputRow) >>> 2];
    const [runs, runCount] = [field(AT.runs) >>> 2, field(AT.runCount)];
    const [chunkRuns, chunks, value] = [field(AT.chunkRuns), field(AT.chunks), field(AT.value)];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const y = Math.floor(job / chunks) % oh;
      const image = Math.floor(job / (chunks * oh));
      const row = i32[rows + y]!;
      const base = (input >>> 2) + image * inputImage + (row >> 2);
      const outputBase = (output >>> 2) + image * outputImage + y * outputRow;
      const last = Math.min((chunk + 1) * chunkRuns, runCount);
      for (let run = chunk * chunkRuns; run < last; run++) {
        const at = runs + 3 * run;
        const to = outputBase + (i32[at]! >>> 2);
        const offset = i32[at + 1]!;
        const from = base + (offset >> 2);
        const count = i32[at + 2]! >>> 2;
        if (row === -1 || offset === -1) i32.fill(value, to, to + count);
        else if (count > SHORT) i32.copyWithin(to, from, from + count);
        else for (let index = 0; index < count; index++) i32[to + index] = i32[from + index]!;
      }
    }
  };
}
