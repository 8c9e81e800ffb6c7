/**
 * Bilinear upsampling. For each output row, and each output column, a table has three numbers: the bytes to the lower source, the
 * bytes to the higher source, and the weight of the higher source.
 */

import { BilinearParams } from "./operation-params";
import { madd, storeLanes } from "./simd";

/** Computes the jobs `start` to `end` of images x rows. */
export function bilinear(
  params: BilinearParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  const pixel: usize = params.channels << 2;
  // Loop 3, jobs: splits the output into rows.
  for (let job = start; job < end; job++) {
    const y = job % params.oh;
    const image = job / params.oh;
    const row = params.rows + y * 12;
    const base = input + image * params.inputImage;
    const top = base + load<i32>(row);
    const bottom = base + load<i32>(row, 4);
    const down = v128.load32_splat(row, 8);
    const up = f32x4.sub(f32x4.splat(1), down);
    let to = output + image * params.outputImage + y * params.ow * pixel;
    let column = params.columns;
    // Loop 2, pixels.
    for (let x = params.ow; x > 0; x--) {
      let left: usize = load<i32>(column);
      let right: usize = load<i32>(column, 4);
      const across = v128.load32_splat(column, 8);
      const back = f32x4.sub(f32x4.splat(1), across);
      let at = to;
      // Loop 1, channels.
      for (let channels = params.channels; channels > 0; channels -= 4) {
        const upper = madd(v128.load(top + right), across, f32x4.mul(v128.load(top + left), back));
        const lower = madd(v128.load(bottom + right), across, f32x4.mul(v128.load(bottom + left), back));
        storeLanes(at, madd(lower, down, f32x4.mul(upper, up)), channels);
        left += 16;
        right += 16;
        at += 16;
      }
      column += 12;
      to += pixel;
    }
  }
}
