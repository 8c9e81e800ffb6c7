/**
 * f32-grouped-w3-4x8: 4 neighbouring output pixels of a row by two panels of 4 output channels; 3 taps wide, stride
 * and dilation 1 along the width. The function adds the residual, clamps, and stores `nr` channels of the first panel and `nr1` of the second.
 * If each panel is a group of its own, it computes `tiles` tiles, one after the other along the channels. Otherwise it computes one.
 *
 * `base` is the address of the group's first channel at the image's first pixel. `table` is the address, in the table, of the first
 * pixel's first tap. `w` is the panel: 4 biases, then 4 weights for each row of taps, each input channel, and each tap of the row.
 * `c` is the first output, and `step` the bytes to the output of the next pixel. `residual` is the distance from an output to its
 * residual, or 0 if there is none. `next` is the distance from the first panel's input to that of the second: 0, or a
 * group's channels.
 */

import { GroupedParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function groupedW3_4x8(
  params: GroupedParams,
  base: usize,
  table: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  nr: i32,
  nr1: i32,
  next: usize,
  tiles: i32,
): void {
  const tapRow = params.tapRow;
  const icBytes = params.icPerGroup << 2;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; tiles > 0; tiles--) {
    let t = table;
    let v = w + params.panelBytes;
    let y0_0 = v128.load(w);
    let y0_1 = v128.load(v);
    let y1_0 = y0_0,
      y1_1 = y0_1;
    let y2_0 = y0_0,
      y2_1 = y0_1;
    let y3_0 = y0_0,
      y3_1 = y0_1;
    w += 16;
    v += 16;
    for (let ky = params.kh; ky > 0; ky--) {
      let a0 = base + load<usize>(t);
      let a1 = base + load<usize>(t, 4);
      let a2 = base + load<usize>(t, 8);
      let a3 = base + load<usize>(t, 12);
      let a4 = base + load<usize>(t, 16);
      let a5 = base + load<usize>(t, 20);
      const end = a0 + icBytes;
      do {
        const w00 = v128.load(w);
        const w01 = v128.load(w, 16);
        const w02 = v128.load(w, 32);
        const x00 = v128.load32_splat(a0);
        y0_0 = madd(x00, w00, y0_0);
        const x01 = v128.load32_splat(a1);
        y0_0 = madd(x01, w01, y0_0);
        y1_0 = madd(x01, w00, y1_0);
        const x02 = v128.load32_splat(a2);
        y0_0 = madd(x02, w02, y0_0);
        y1_0 = madd(x02, w01, y1_0);
        y2_0 = madd(x02, w00, y2_0);
        const x03 = v128.load32_splat(a3);
        y1_0 = madd(x03, w02, y1_0);
        y2_0 = madd(x03, w01, y2_0);
        y3_0 = madd(x03, w00, y3_0);
        const x04 = v128.load32_splat(a4);
        y2_0 = madd(x04, w02, y2_0);
        y3_0 = madd(x04, w01, y3_0);
        const x05 = v128.load32_splat(a5);
        y3_0 = madd(x05, w02, y3_0);
        const w10 = v128.load(v);
        const w11 = v128.load(v, 16);
        const w12 = v128.load(v, 32);
        const x10 = v128.load32_splat(a0 + next);
        y0_1 = madd(x10, w10, y0_1);
        const x11 = v128.load32_splat(a1 + next);
        y0_1 = madd(x11, w11, y0_1);
        y1_1 = madd(x11, w10, y1_1);
        const x12 = v128.load32_splat(a2 + next);
        y0_1 = madd(x12, w12, y0_1);
        y1_1 = madd(x12, w11, y1_1);
        y2_1 = madd(x12, w10, y2_1);
        const x13 = v128.load32_splat(a3 + next);
        y1_1 = madd(x13, w12, y1_1);
        y2_1 = madd(x13, w11, y2_1);
        y3_1 = madd(x13, w10, y3_1);
        const x14 = v128.load32_splat(a4 + next);
        y2_1 = madd(x14, w12, y2_1);
        y3_1 = madd(x14, w11, y3_1);
        const x15 = v128.load32_splat(a5 + next);
        y3_1 = madd(x15, w12, y3_1);
        w += 48;
        v += 48;
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        a4 += 4;
        a5 += 4;
      } while (a0 != end);
      t += tapRow;
    }
    const second: usize = nr << 2;
    let at = c;
    if (residual) {
      let r = c + residual;
      y0_0 = f32x4.add(y0_0, v128.load(r));
      y0_1 = f32x4.add(y0_1, v128.load(r + second));
      r += step;
      y1_0 = f32x4.add(y1_0, v128.load(r));
      y1_1 = f32x4.add(y1_1, v128.load(r + second));
      r += step;
      y2_0 = f32x4.add(y2_0, v128.load(r));
      y2_1 = f32x4.add(y2_1, v128.load(r + second));
      r += step;
      y3_0 = f32x4.add(y3_0, v128.load(r));
      y3_1 = f32x4.add(y3_1, v128.load(r + second));
    }
    storeLanes(at, clamp(y0_0, lo, hi), nr);
    storeLanes(at + second, clamp(y0_1, lo, hi), nr1);
    at += step;
    storeLanes(at, clamp(y1_0, lo, hi), nr);
    storeLanes(at + second, clamp(y1_1, lo, hi), nr1);
    at += step;
    storeLanes(at, clamp(y2_0, lo, hi), nr);
    storeLanes(at + second, clamp(y2_1, lo, hi), nr1);
    at += step;
    storeLanes(at, clamp(y3_0, lo, hi), nr);
    storeLanes(at + second, clamp(y3_1, lo, hi), nr1);
    base += next << 1;
    c += second << 1;
    w = v;
  }
}
