/**
 * f32-dwconv-3x3s1-4x4: 4 neighbouring output pixels of a row, 3x3 taps, stride 1 and dilation 1 along the width,
 * 4 channels at a time, `panels` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the first pixel's first tap. `w` is the first panel:
 * 4 biases, then 4 weights for each tap. `c` is the first output, and `step` the bytes to the output of the next pixel.
 * `residual` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv3x3s1_4x4(
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
    let y1_0 = y0_0;
    let y2_0 = y0_0;
    let y3_0 = y0_0;
    w += 16;
    let row = t;
    for (let ky = 3; ky > 0; ky--) {
      const w0_0 = v128.load(w);
      const w1_0 = v128.load(w, 16);
      const w2_0 = v128.load(w, 32);
      const a0 = base + load<usize>(row);
      const x0_0 = v128.load(a0);
      y0_0 = madd(x0_0, w0_0, y0_0);
      const a1 = base + load<usize>(row, 4);
      const x1_0 = v128.load(a1);
      y0_0 = madd(x1_0, w1_0, y0_0);
      y1_0 = madd(x1_0, w0_0, y1_0);
      const a2 = base + load<usize>(row, 8);
      const x2_0 = v128.load(a2);
      y0_0 = madd(x2_0, w2_0, y0_0);
      y1_0 = madd(x2_0, w1_0, y1_0);
      y2_0 = madd(x2_0, w0_0, y2_0);
      const a3 = base + load<usize>(row, 12);
      const x3_0 = v128.load(a3);
      y1_0 = madd(x3_0, w2_0, y1_0);
      y2_0 = madd(x3_0, w1_0, y2_0);
      y3_0 = madd(x3_0, w0_0, y3_0);
      const a4 = base + load<usize>(row, 16);
      const x4_0 = v128.load(a4);
      y2_0 = madd(x4_0, w2_0, y2_0);
      y3_0 = madd(x4_0, w1_0, y3_0);
      const a5 = base + load<usize>(row, 20);
      const x5_0 = v128.load(a5);
      y3_0 = madd(x5_0, w2_0, y3_0);
      w += 48;
      row += tapRow;
    }
    if (residual) {
      let r = c + residual;
      y0_0 = f32x4.add(y0_0, v128.load(r));
      r += step;
      y1_0 = f32x4.add(y1_0, v128.load(r));
      r += step;
      y2_0 = f32x4.add(y2_0, v128.load(r));
      r += step;
      y3_0 = f32x4.add(y3_0, v128.load(r));
    }
    y0_0 = clamp(y0_0, lo, hi);
    y1_0 = clamp(y1_0, lo, hi);
    y2_0 = clamp(y2_0, lo, hi);
    y3_0 = clamp(y3_0, lo, hi);
    let at = c;
    v128.store(at, y0_0);
    at += step;
    v128.store(at, y1_0);
    at += step;
    v128.store(at, y2_0);
    at += step;
    v128.store(at, y3_0);
    base += 16;
    c += 16;
  }
}
