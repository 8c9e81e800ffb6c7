/**
 * f32-dwconv-3x3s2-2x16: 2 neighbouring output pixels of a row, 3x3 taps, stride 2 and dilation 1 along the width,
 * 16 channels at a time, `panels` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the first pixel's first tap. `w` is the first panel:
 * 16 biases, then 16 weights for each tap. `c` is the first output, and `step` the bytes to the output of the next pixel.
 * `residual` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv3x3s2_2x16(
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
    let y0_2 = v128.load(w, 32);
    let y0_3 = v128.load(w, 48);
    let y1_0 = y0_0,
      y1_1 = y0_1,
      y1_2 = y0_2,
      y1_3 = y0_3;
    const w00_0 = v128.load(w, 64);
    const w00_1 = v128.load(w, 80);
    const w00_2 = v128.load(w, 96);
    const w00_3 = v128.load(w, 112);
    const w01_0 = v128.load(w, 128);
    const w01_1 = v128.load(w, 144);
    const w01_2 = v128.load(w, 160);
    const w01_3 = v128.load(w, 176);
    const w02_0 = v128.load(w, 192);
    const w02_1 = v128.load(w, 208);
    const w02_2 = v128.load(w, 224);
    const w02_3 = v128.load(w, 240);
    const a00 = base + load<usize>(t);
    const x00_0 = v128.load(a00);
    y0_0 = madd(x00_0, w00_0, y0_0);
    const x00_1 = v128.load(a00, 16);
    y0_1 = madd(x00_1, w00_1, y0_1);
    const x00_2 = v128.load(a00, 32);
    y0_2 = madd(x00_2, w00_2, y0_2);
    const x00_3 = v128.load(a00, 48);
    y0_3 = madd(x00_3, w00_3, y0_3);
    const a01 = base + load<usize>(t, 4);
    const x01_0 = v128.load(a01);
    y0_0 = madd(x01_0, w01_0, y0_0);
    const x01_1 = v128.load(a01, 16);
    y0_1 = madd(x01_1, w01_1, y0_1);
    const x01_2 = v128.load(a01, 32);
    y0_2 = madd(x01_2, w01_2, y0_2);
    const x01_3 = v128.load(a01, 48);
    y0_3 = madd(x01_3, w01_3, y0_3);
    const a02 = base + load<usize>(t, 8);
    const x02_0 = v128.load(a02);
    y0_0 = madd(x02_0, w02_0, y0_0);
    y1_0 = madd(x02_0, w00_0, y1_0);
    const x02_1 = v128.load(a02, 16);
    y0_1 = madd(x02_1, w02_1, y0_1);
    y1_1 = madd(x02_1, w00_1, y1_1);
    const x02_2 = v128.load(a02, 32);
    y0_2 = madd(x02_2, w02_2, y0_2);
    y1_2 = madd(x02_2, w00_2, y1_2);
    const x02_3 = v128.load(a02, 48);
    y0_3 = madd(x02_3, w02_3, y0_3);
    y1_3 = madd(x02_3, w00_3, y1_3);
    const a03 = base + load<usize>(t, 12);
    const x03_0 = v128.load(a03);
    y1_0 = madd(x03_0, w01_0, y1_0);
    const x03_1 = v128.load(a03, 16);
    y1_1 = madd(x03_1, w01_1, y1_1);
    const x03_2 = v128.load(a03, 32);
    y1_2 = madd(x03_2, w01_2, y1_2);
    const x03_3 = v128.load(a03, 48);
    y1_3 = madd(x03_3, w01_3, y1_3);
    const a04 = base + load<usize>(t, 16);
    const x04_0 = v128.load(a04);
    y1_0 = madd(x04_0, w02_0, y1_0);
    const x04_1 = v128.load(a04, 16);
    y1_1 = madd(x04_1, w02_1, y1_1);
    const x04_2 = v128.load(a04, 32);
    y1_2 = madd(x04_2, w02_2, y1_2);
    const x04_3 = v128.load(a04, 48);
    y1_3 = madd(x04_3, w02_3, y1_3);
    const w10_0 = v128.load(w, 256);
    const w10_1 = v128.load(w, 272);
    const w10_2 = v128.load(w, 288);
    const w10_3 = v128.load(w, 304);
    const w11_0 = v128.load(w, 320);
    const w11_1 = v128.load(w, 336);
    const w11_2 = v128.load(w, 352);
    const w11_3 = v128.load(w, 368);
    const w12_0 = v128.load(w, 384);
    const w12_1 = v128.load(w, 400);
    const w12_2 = v128.load(w, 416);
    const w12_3 = v128.load(w, 432);
    const a10 = base + load<usize>(t1);
    const x10_0 = v128.load(a10);
    y0_0 = madd(x10_0, w10_0, y0_0);
    const x10_1 = v128.load(a10, 16);
    y0_1 = madd(x10_1, w10_1, y0_1);
    const x10_2 = v128.load(a10, 32);
    y0_2 = madd(x10_2, w10_2, y0_2);
    const x10_3 = v128.load(a10, 48);
    y0_3 = madd(x10_3, w10_3, y0_3);
    const a11 = base + load<usize>(t1, 4);
    const x11_0 = v128.load(a11);
    y0_0 = madd(x11_0, w11_0, y0_0);
    const x11_1 = v128.load(a11, 16);
    y0_1 = madd(x11_1, w11_1, y0_1);
    const x11_2 = v128.load(a11, 32);
    y0_2 = madd(x11_2, w11_2, y0_2);
    const x11_3 = v128.load(a11, 48);
    y0_3 = madd(x11_3, w11_3, y0_3);
    const a12 = base + load<usize>(t1, 8);
    const x12_0 = v128.load(a12);
    y0_0 = madd(x12_0, w12_0, y0_0);
    y1_0 = madd(x12_0, w10_0, y1_0);
    const x12_1 = v128.load(a12, 16);
    y0_1 = madd(x12_1, w12_1, y0_1);
    y1_1 = madd(x12_1, w10_1, y1_1);
    const x12_2 = v128.load(a12, 32);
    y0_2 = madd(x12_2, w12_2, y0_2);
    y1_2 = madd(x12_2, w10_2, y1_2);
    const x12_3 = v128.load(a12, 48);
    y0_3 = madd(x12_3, w12_3, y0_3);
    y1_3 = madd(x12_3, w10_3, y1_3);
    const a13 = base + load<usize>(t1, 12);
    const x13_0 = v128.load(a13);
    y1_0 = madd(x13_0, w11_0, y1_0);
    const x13_1 = v128.load(a13, 16);
    y1_1 = madd(x13_1, w11_1, y1_1);
    const x13_2 = v128.load(a13, 32);
    y1_2 = madd(x13_2, w11_2, y1_2);
    const x13_3 = v128.load(a13, 48);
    y1_3 = madd(x13_3, w11_3, y1_3);
    const a14 = base + load<usize>(t1, 16);
    const x14_0 = v128.load(a14);
    y1_0 = madd(x14_0, w12_0, y1_0);
    const x14_1 = v128.load(a14, 16);
    y1_1 = madd(x14_1, w12_1, y1_1);
    const x14_2 = v128.load(a14, 32);
    y1_2 = madd(x14_2, w12_2, y1_2);
    const x14_3 = v128.load(a14, 48);
    y1_3 = madd(x14_3, w12_3, y1_3);
    const w20_0 = v128.load(w, 448);
    const w20_1 = v128.load(w, 464);
    const w20_2 = v128.load(w, 480);
    const w20_3 = v128.load(w, 496);
    const w21_0 = v128.load(w, 512);
    const w21_1 = v128.load(w, 528);
    const w21_2 = v128.load(w, 544);
    const w21_3 = v128.load(w, 560);
    const w22_0 = v128.load(w, 576);
    const w22_1 = v128.load(w, 592);
    const w22_2 = v128.load(w, 608);
    const w22_3 = v128.load(w, 624);
    const a20 = base + load<usize>(t2);
    const x20_0 = v128.load(a20);
    y0_0 = madd(x20_0, w20_0, y0_0);
    const x20_1 = v128.load(a20, 16);
    y0_1 = madd(x20_1, w20_1, y0_1);
    const x20_2 = v128.load(a20, 32);
    y0_2 = madd(x20_2, w20_2, y0_2);
    const x20_3 = v128.load(a20, 48);
    y0_3 = madd(x20_3, w20_3, y0_3);
    const a21 = base + load<usize>(t2, 4);
    const x21_0 = v128.load(a21);
    y0_0 = madd(x21_0, w21_0, y0_0);
    const x21_1 = v128.load(a21, 16);
    y0_1 = madd(x21_1, w21_1, y0_1);
    const x21_2 = v128.load(a21, 32);
    y0_2 = madd(x21_2, w21_2, y0_2);
    const x21_3 = v128.load(a21, 48);
    y0_3 = madd(x21_3, w21_3, y0_3);
    const a22 = base + load<usize>(t2, 8);
    const x22_0 = v128.load(a22);
    y0_0 = madd(x22_0, w22_0, y0_0);
    y1_0 = madd(x22_0, w20_0, y1_0);
    const x22_1 = v128.load(a22, 16);
    y0_1 = madd(x22_1, w22_1, y0_1);
    y1_1 = madd(x22_1, w20_1, y1_1);
    const x22_2 = v128.load(a22, 32);
    y0_2 = madd(x22_2, w22_2, y0_2);
    y1_2 = madd(x22_2, w20_2, y1_2);
    const x22_3 = v128.load(a22, 48);
    y0_3 = madd(x22_3, w22_3, y0_3);
    y1_3 = madd(x22_3, w20_3, y1_3);
    const a23 = base + load<usize>(t2, 12);
    const x23_0 = v128.load(a23);
    y1_0 = madd(x23_0, w21_0, y1_0);
    const x23_1 = v128.load(a23, 16);
    y1_1 = madd(x23_1, w21_1, y1_1);
    const x23_2 = v128.load(a23, 32);
    y1_2 = madd(x23_2, w21_2, y1_2);
    const x23_3 = v128.load(a23, 48);
    y1_3 = madd(x23_3, w21_3, y1_3);
    const a24 = base + load<usize>(t2, 16);
    const x24_0 = v128.load(a24);
    y1_0 = madd(x24_0, w22_0, y1_0);
    const x24_1 = v128.load(a24, 16);
    y1_1 = madd(x24_1, w22_1, y1_1);
    const x24_2 = v128.load(a24, 32);
    y1_2 = madd(x24_2, w22_2, y1_2);
    const x24_3 = v128.load(a24, 48);
    y1_3 = madd(x24_3, w22_3, y1_3);
    w += 640;
    if (residual) {
      let r = c + residual;
      y0_0 = f32x4.add(y0_0, v128.load(r));
      y0_1 = f32x4.add(y0_1, v128.load(r, 16));
      y0_2 = f32x4.add(y0_2, v128.load(r, 32));
      y0_3 = f32x4.add(y0_3, v128.load(r, 48));
      r += step;
      y1_0 = f32x4.add(y1_0, v128.load(r));
      y1_1 = f32x4.add(y1_1, v128.load(r, 16));
      y1_2 = f32x4.add(y1_2, v128.load(r, 32));
      y1_3 = f32x4.add(y1_3, v128.load(r, 48));
    }
    y0_0 = clamp(y0_0, lo, hi);
    y0_1 = clamp(y0_1, lo, hi);
    y0_2 = clamp(y0_2, lo, hi);
    y0_3 = clamp(y0_3, lo, hi);
    y1_0 = clamp(y1_0, lo, hi);
    y1_1 = clamp(y1_1, lo, hi);
    y1_2 = clamp(y1_2, lo, hi);
    y1_3 = clamp(y1_3, lo, hi);
    let at = c;
    v128.store(at, y0_0);
    v128.store(at, y0_1, 16);
    v128.store(at, y0_2, 32);
    v128.store(at, y0_3, 48);
    at += step;
    v128.store(at, y1_0);
    v128.store(at, y1_1, 16);
    v128.store(at, y1_2, 32);
    v128.store(at, y1_3, 48);
    base += 64;
    c += 64;
  }
}
