/**
 * f32-dwconv-3x3s1-4x8: 4 neighbouring output pixels of a row, 3x3 taps, stride 1 and dilation 1 along the width,
 * 8 channels at a time, `panels` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the first pixel's first tap. `w` is the first panel:
 * 8 biases, then 8 weights for each tap. `c` is the first output, and `step` the bytes to the output of the next pixel.
 * `residual` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv3x3s1_4x8(
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
  const t1 = t + tapRow;
  const t2 = t1 + tapRow;
  for (; panels > 0; panels--) {
    let y0_0 = v128.load(w);
    let y0_1 = v128.load(w, 16);
    let y1_0 = y0_0,
      y1_1 = y0_1;
    let y2_0 = y0_0,
      y2_1 = y0_1;
    let y3_0 = y0_0,
      y3_1 = y0_1;
    const w00_0 = v128.load(w, 32);
    const w00_1 = v128.load(w, 48);
    const w01_0 = v128.load(w, 64);
    const w01_1 = v128.load(w, 80);
    const w02_0 = v128.load(w, 96);
    const w02_1 = v128.load(w, 112);
    const a00 = base + load<usize>(t);
    const x00_0 = v128.load(a00);
    y0_0 = madd(x00_0, w00_0, y0_0);
    const x00_1 = v128.load(a00, 16);
    y0_1 = madd(x00_1, w00_1, y0_1);
    const a01 = base + load<usize>(t, 4);
    const x01_0 = v128.load(a01);
    y0_0 = madd(x01_0, w01_0, y0_0);
    y1_0 = madd(x01_0, w00_0, y1_0);
    const x01_1 = v128.load(a01, 16);
    y0_1 = madd(x01_1, w01_1, y0_1);
    y1_1 = madd(x01_1, w00_1, y1_1);
    const a02 = base + load<usize>(t, 8);
    const x02_0 = v128.load(a02);
    y0_0 = madd(x02_0, w02_0, y0_0);
    y1_0 = madd(x02_0, w01_0, y1_0);
    y2_0 = madd(x02_0, w00_0, y2_0);
    const x02_1 = v128.load(a02, 16);
    y0_1 = madd(x02_1, w02_1, y0_1);
    y1_1 = madd(x02_1, w01_1, y1_1);
    y2_1 = madd(x02_1, w00_1, y2_1);
    const a03 = base + load<usize>(t, 12);
    const x03_0 = v128.load(a03);
    y1_0 = madd(x03_0, w02_0, y1_0);
    y2_0 = madd(x03_0, w01_0, y2_0);
    y3_0 = madd(x03_0, w00_0, y3_0);
    const x03_1 = v128.load(a03, 16);
    y1_1 = madd(x03_1, w02_1, y1_1);
    y2_1 = madd(x03_1, w01_1, y2_1);
    y3_1 = madd(x03_1, w00_1, y3_1);
    const a04 = base + load<usize>(t, 16);
    const x04_0 = v128.load(a04);
    y2_0 = madd(x04_0, w02_0, y2_0);
    y3_0 = madd(x04_0, w01_0, y3_0);
    const x04_1 = v128.load(a04, 16);
    y2_1 = madd(x04_1, w02_1, y2_1);
    y3_1 = madd(x04_1, w01_1, y3_1);
    const a05 = base + load<usize>(t, 20);
    const x05_0 = v128.load(a05);
    y3_0 = madd(x05_0, w02_0, y3_0);
    const x05_1 = v128.load(a05, 16);
    y3_1 = madd(x05_1, w02_1, y3_1);
    const w10_0 = v128.load(w, 128);
    const w10_1 = v128.load(w, 144);
    const w11_0 = v128.load(w, 160);
    const w11_1 = v128.load(w, 176);
    const w12_0 = v128.load(w, 192);
    const w12_1 = v128.load(w, 208);
    const a10 = base + load<usize>(t1);
    const x10_0 = v128.load(a10);
    y0_0 = madd(x10_0, w10_0, y0_0);
    const x10_1 = v128.load(a10, 16);
    y0_1 = madd(x10_1, w10_1, y0_1);
    const a11 = base + load<usize>(t1, 4);
    const x11_0 = v128.load(a11);
    y0_0 = madd(x11_0, w11_0, y0_0);
    y1_0 = madd(x11_0, w10_0, y1_0);
    const x11_1 = v128.load(a11, 16);
    y0_1 = madd(x11_1, w11_1, y0_1);
    y1_1 = madd(x11_1, w10_1, y1_1);
    const a12 = base + load<usize>(t1, 8);
    const x12_0 = v128.load(a12);
    y0_0 = madd(x12_0, w12_0, y0_0);
    y1_0 = madd(x12_0, w11_0, y1_0);
    y2_0 = madd(x12_0, w10_0, y2_0);
    const x12_1 = v128.load(a12, 16);
    y0_1 = madd(x12_1, w12_1, y0_1);
    y1_1 = madd(x12_1, w11_1, y1_1);
    y2_1 = madd(x12_1, w10_1, y2_1);
    const a13 = base + load<usize>(t1, 12);
    const x13_0 = v128.load(a13);
    y1_0 = madd(x13_0, w12_0, y1_0);
    y2_0 = madd(x13_0, w11_0, y2_0);
    y3_0 = madd(x13_0, w10_0, y3_0);
    const x13_1 = v128.load(a13, 16);
    y1_1 = madd(x13_1, w12_1, y1_1);
    y2_1 = madd(x13_1, w11_1, y2_1);
    y3_1 = madd(x13_1, w10_1, y3_1);
    const a14 = base + load<usize>(t1, 16);
    const x14_0 = v128.load(a14);
    y2_0 = madd(x14_0, w12_0, y2_0);
    y3_0 = madd(x14_0, w11_0, y3_0);
    const x14_1 = v128.load(a14, 16);
    y2_1 = madd(x14_1, w12_1, y2_1);
    y3_1 = madd(x14_1, w11_1, y3_1);
    const a15 = base + load<usize>(t1, 20);
    const x15_0 = v128.load(a15);
    y3_0 = madd(x15_0, w12_0, y3_0);
    const x15_1 = v128.load(a15, 16);
    y3_1 = madd(x15_1, w12_1, y3_1);
    const w20_0 = v128.load(w, 224);
    const w20_1 = v128.load(w, 240);
    const w21_0 = v128.load(w, 256);
    const w21_1 = v128.load(w, 272);
    const w22_0 = v128.load(w, 288);
    const w22_1 = v128.load(w, 304);
    const a20 = base + load<usize>(t2);
    const x20_0 = v128.load(a20);
    y0_0 = madd(x20_0, w20_0, y0_0);
    const x20_1 = v128.load(a20, 16);
    y0_1 = madd(x20_1, w20_1, y0_1);
    const a21 = base + load<usize>(t2, 4);
    const x21_0 = v128.load(a21);
    y0_0 = madd(x21_0, w21_0, y0_0);
    y1_0 = madd(x21_0, w20_0, y1_0);
    const x21_1 = v128.load(a21, 16);
    y0_1 = madd(x21_1, w21_1, y0_1);
    y1_1 = madd(x21_1, w20_1, y1_1);
    const a22 = base + load<usize>(t2, 8);
    const x22_0 = v128.load(a22);
    y0_0 = madd(x22_0, w22_0, y0_0);
    y1_0 = madd(x22_0, w21_0, y1_0);
    y2_0 = madd(x22_0, w20_0, y2_0);
    const x22_1 = v128.load(a22, 16);
    y0_1 = madd(x22_1, w22_1, y0_1);
    y1_1 = madd(x22_1, w21_1, y1_1);
    y2_1 = madd(x22_1, w20_1, y2_1);
    const a23 = base + load<usize>(t2, 12);
    const x23_0 = v128.load(a23);
    y1_0 = madd(x23_0, w22_0, y1_0);
    y2_0 = madd(x23_0, w21_0, y2_0);
    y3_0 = madd(x23_0, w20_0, y3_0);
    const x23_1 = v128.load(a23, 16);
    y1_1 = madd(x23_1, w22_1, y1_1);
    y2_1 = madd(x23_1, w21_1, y2_1);
    y3_1 = madd(x23_1, w20_1, y3_1);
    const a24 = base + load<usize>(t2, 16);
    const x24_0 = v128.load(a24);
    y2_0 = madd(x24_0, w22_0, y2_0);
    y3_0 = madd(x24_0, w21_0, y3_0);
    const x24_1 = v128.load(a24, 16);
    y2_1 = madd(x24_1, w22_1, y2_1);
    y3_1 = madd(x24_1, w21_1, y3_1);
    const a25 = base + load<usize>(t2, 20);
    const x25_0 = v128.load(a25);
    y3_0 = madd(x25_0, w22_0, y3_0);
    const x25_1 = v128.load(a25, 16);
    y3_1 = madd(x25_1, w22_1, y3_1);
    w += 320;
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
