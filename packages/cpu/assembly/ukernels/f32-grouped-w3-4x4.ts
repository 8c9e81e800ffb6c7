/**
 * f32-grouped-w3-4x4: 4 neighbouring output pixels of a row by 4 output channels of a group; 3 taps wide, stride
 * and dilation 1 along the width. The function adds the residual, clamps, and stores `nr` channels.
 * If each panel is a group of its own, it computes `tiles` tiles, one after the other along the channels. Otherwise it computes one.
 *
 * `base` is the address of the group's first channel at the image's first pixel. `table` is the address, in the table, of the first
 * pixel's first tap. `w` is the panel: 4 biases, then 4 weights for each row of taps, each input channel, and each tap of the row.
 * `c` is the first output, and `step` the bytes to the output of the next pixel. `residual` is the distance from an output to its
 * residual, or 0 if there is none.
 */

import { GroupedParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function groupedW3_4x4(
  params: GroupedParams,
  base: usize,
  table: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  nr: i32,
  tiles: i32,
): void {
  const tapRow = params.tapRow;
  const icBytes = params.icPerGroup << 2;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; tiles > 0; tiles--) {
    let t = table;
    let y0_0 = v128.load(w);
    let y1_0 = y0_0;
    let y2_0 = y0_0;
    let y3_0 = y0_0;
    w += 16;

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
        w += 48;

        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        a4 += 4;
        a5 += 4;
      } while (a0 != end);
      t += tapRow;
    }

    let at = c;
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
    storeLanes(at, clamp(y0_0, lo, hi), nr);
    at += step;
    storeLanes(at, clamp(y1_0, lo, hi), nr);
    at += step;
    storeLanes(at, clamp(y2_0, lo, hi), nr);
    at += step;
    storeLanes(at, clamp(y3_0, lo, hi), nr);
    base += icBytes;
    c += nr << 2;
  }
}
