/**
 * Copies runs of numbers. A table has, for each output row, the bytes to the input row, or -1 if the whole row has the fill value.
 * Another table has three integers for each run: the bytes from the start of the output row, the bytes from the start of the input
 * row or -1 for the fill value, and the number of bytes.
 */

import { CopyRunsParams } from "./operation-params";
import { storeLanes } from "./simd";

/** Computes the jobs `start` to `end` of images x rows x chunks of runs, chunks innermost. */
export function copyRuns(
  params: CopyRunsParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  const value = f32x4.splat(params.value);
  // Loop 2, jobs: splits the output into rows, and few rows into chunks of runs.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const rest = job / params.chunks;
    const y = rest % params.oh;
    const image = rest / params.oh;
    const row = load<i32>(params.rows + (y << 2));
    const from = input + image * params.inputImage + row;
    const to = output + image * params.outputImage + y * params.outputRow;
    const first = chunk * params.chunkRuns;
    let run = params.runs + first * 12;
    // Loop 1, runs.
    for (let left = min<i32>(params.chunkRuns, params.runCount - first); left > 0; left--) {
      const offset = load<i32>(run, 4);
      const at = to + load<i32>(run);
      if (row == -1 || offset == -1) fill(at, value, load<i32>(run, 8));
      else copy(at, from + offset, load<i32>(run, 8));
      run += 12;
    }
  }
}

/** Copies numbers, four at a time. It may read up to three numbers past the end. */
@inline
function copy(to: usize, from: usize, bytes: i32): void {
  for (; bytes >= 64; bytes -= 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    to += 64;
    from += 64;
  }
  for (; bytes > 0; bytes -= 16) {
    storeLanes(to, v128.load(from), bytes >> 2);
    to += 16;
    from += 16;
  }
}

@inline
function fill(to: usize, value: v128, bytes: i32): void {
  for (; bytes > 0; bytes -= 16) {
    storeLanes(to, value, bytes >> 2);
    to += 16;
  }
}
