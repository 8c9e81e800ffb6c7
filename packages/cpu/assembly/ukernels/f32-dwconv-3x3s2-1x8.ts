/**
 * f32-dwconv-3x3s2-1x8: 1 neighbouring output pixels of a row, 3x3 taps, stride 2 and dilation 1 along the width,
 * 8 channels at a time, `panels` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the first pixel's first tap. `w` is the first panel:
 * 8 biases, then 8 weights for each tap. `c` is the first output, and `step` the bytes to the output of the next pixel.
 * `residual` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv3x3s2_1x8(
  params: DwconvParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  panels: i32,
): void {
  const tapRow = params.tapRow;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);

  for (; panels > 0; panels--) {
    let y0_0 = v128.load(w);
    let y0_1 = v128.load(w, 16);

    w += 32;
    let row = t;
    for (let ky = 3; ky > 0; ky--) {
      const w0_0 = v128.load(w);
      const w0_1 = v128.load(w, 16);
      const w1_0 = v128.load(w, 32);
      const w1_1 = v128.load(w, 48);
      const w2_0 = v128.load(w, 64);
      const w2_1 = v128.load(w, 80);
      const a0 = base + load<usize>(row);
      const x0_0 = v128.load(a0);
      y0_0 = madd(x0_0, w0_0, y0_0);
      const x0_1 = v128.load(a0, 16);
      y0_1 = madd(x0_1, w0_1, y0_1);
      const a1 = base + load<usize>(row, 4);
      const x1_0 = v128.load(a1);
      y0_0 = madd(x1_0, w1_0, y0_0);
      const x1_1 = v128.load(a1, 16);
      y0_1 = madd(x1_1, w1_1, y0_1);
      const a2 = base + load<usize>(row, 8);
      const x2_0 = v128.load(a2);
      y0_0 = madd(x2_0, w2_0, y0_0);
      const x2_1 = v128.load(a2, 16);
      y0_1 = madd(x2_1, w2_1, y0_1);
      w += 96;
      row += tapRow;
    }
    if (residual) {
      let r = c + residual;
      y0_0 = f32x4.add(y0_0, v128.load(r));
      y0_1 = f32x4.add(y0_1, v128.load(r, 16));
    }
    y0_0 = clamp(y0_0, lo, hi);
    y0_1 = clamp(y0_1, lo, hi);
    let at = c;
    v128.store(at, y0_0);
    v128.store(at, y0_1, 16);
    base += 32;
    c += 32;
  }
}
