/**
 * f32-dwconv-5x5s2-4x8: 4 neighbouring output pixels of a row, 5x5 taps, stride 2 and dilation 1 along the width,
 * 8 channels at a time, `panels` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the first pixel's first tap. `w` is the first panel:
 * 8 biases, then 8 weights for each tap. `c` is the first output, and `step` the bytes to the output of the next pixel.
 * `residual` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv5x5s2_4x8(
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
    let y1_0 = y0_0,
      y1_1 = y0_1;
    let y2_0 = y0_0,
      y2_1 = y0_1;
    let y3_0 = y0_0,
      y3_1 = y0_1;
    w += 32;
    let row = t;
    for (let ky = 5; ky > 0; ky--) {
      const w0_0 = v128.load(w);
      const w0_1 = v128.load(w, 16);
      const w1_0 = v128.load(w, 32);
      const w1_1 = v128.load(w, 48);
      const w2_0 = v128.load(w, 64);
      const w2_1 = v128.load(w, 80);
      const w3_0 = v128.load(w, 96);
      const w3_1 = v128.load(w, 112);
      const w4_0 = v128.load(w, 128);
      const w4_1 = v128.load(w, 144);
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
      y1_0 = madd(x2_0, w0_0, y1_0);
      const x2_1 = v128.load(a2, 16);
      y0_1 = madd(x2_1, w2_1, y0_1);
      y1_1 = madd(x2_1, w0_1, y1_1);
      const a3 = base + load<usize>(row, 12);
      const x3_0 = v128.load(a3);
      y0_0 = madd(x3_0, w3_0, y0_0);
      y1_0 = madd(x3_0, w1_0, y1_0);
      const x3_1 = v128.load(a3, 16);
      y0_1 = madd(x3_1, w3_1, y0_1);
      y1_1 = madd(x3_1, w1_1, y1_1);
      const a4 = base + load<usize>(row, 16);
      const x4_0 = v128.load(a4);
      y0_0 = madd(x4_0, w4_0, y0_0);
      y1_0 = madd(x4_0, w2_0, y1_0);
      y2_0 = madd(x4_0, w0_0, y2_0);
      const x4_1 = v128.load(a4, 16);
      y0_1 = madd(x4_1, w4_1, y0_1);
      y1_1 = madd(x4_1, w2_1, y1_1);
      y2_1 = madd(x4_1, w0_1, y2_1);
      const a5 = base + load<usize>(row, 20);
      const x5_0 = v128.load(a5);
      y1_0 = madd(x5_0, w3_0, y1_0);
      y2_0 = madd(x5_0, w1_0, y2_0);
      const x5_1 = v128.load(a5, 16);
      y1_1 = madd(x5_1, w3_1, y1_1);
      y2_1 = madd(x5_1, w1_1, y2_1);
      const a6 = base + load<usize>(row, 24);
      const x6_0 = v128.load(a6);
      y1_0 = madd(x6_0, w4_0, y1_0);
      y2_0 = madd(x6_0, w2_0, y2_0);
      y3_0 = madd(x6_0, w0_0, y3_0);
      const x6_1 = v128.load(a6, 16);
      y1_1 = madd(x6_1, w4_1, y1_1);
      y2_1 = madd(x6_1, w2_1, y2_1);
      y3_1 = madd(x6_1, w0_1, y3_1);
      const a7 = base + load<usize>(row, 28);
      const x7_0 = v128.load(a7);
      y2_0 = madd(x7_0, w3_0, y2_0);
      y3_0 = madd(x7_0, w1_0, y3_0);
      const x7_1 = v128.load(a7, 16);
      y2_1 = madd(x7_1, w3_1, y2_1);
      y3_1 = madd(x7_1, w1_1, y3_1);
      const a8 = base + load<usize>(row, 32);
      const x8_0 = v128.load(a8);
      y2_0 = madd(x8_0, w4_0, y2_0);
      y3_0 = madd(x8_0, w2_0, y3_0);
      const x8_1 = v128.load(a8, 16);
      y2_1 = madd(x8_1, w4_1, y2_1);
      y3_1 = madd(x8_1, w2_1, y3_1);
      const a9 = base + load<usize>(row, 36);
      const x9_0 = v128.load(a9);
      y3_0 = madd(x9_0, w3_0, y3_0);
      const x9_1 = v128.load(a9, 16);
      y3_1 = madd(x9_1, w3_1, y3_1);
      const a10 = base + load<usize>(row, 40);
      const x10_0 = v128.load(a10);
      y3_0 = madd(x10_0, w4_0, y3_0);
      const x10_1 = v128.load(a10, 16);
      y3_1 = madd(x10_1, w4_1, y3_1);
      w += 160;
      row += tapRow;
    }
    if (residual) {
      let r = c + residual;
      y0_0 = f32x4.add(y0_0, v128.load(r));
      y0_1 = f32x4.add(y0_1, v128.load(r, 16));
      r += step;
      y1_0 = f32x4.add(y1_0, v128.load(r));
      y1_1 = f32x4.add(y1_1, v128.load(r, 16));
      r += step;
      y2_0 = f32x4.add(y2_0, v128.load(r));
      y2_1 = f32x4.add(y2_1, v128.load(r, 16));
      r += step;
      y3_0 = f32x4.add(y3_0, v128.load(r));
      y3_1 = f32x4.add(y3_1, v128.load(r, 16));
    }
    y0_0 = clamp(y0_0, lo, hi);
    y0_1 = clamp(y0_1, lo, hi);
    y1_0 = clamp(y1_0, lo, hi);
    y1_1 = clamp(y1_1, lo, hi);
    y2_0 = clamp(y2_0, lo, hi);
    y2_1 = clamp(y2_1, lo, hi);
    y3_0 = clamp(y3_0, lo, hi);
    y3_1 = clamp(y3_1, lo, hi);
    let at = c;
    v128.store(at, y0_0);
    v128.store(at, y0_1, 16);
    at += step;
    v128.store(at, y1_0);
    v128.store(at, y1_1, 16);
    at += step;
    v128.store(at, y2_0);
    v128.store(at, y2_1, 16);
    at += step;
    v128.store(at, y3_0);
    v128.store(at, y3_1, 16);
    base += 32;
    c += 32;
  }
}
