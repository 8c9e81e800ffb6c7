/**
 * f32-grouped-w3-4x4: 4 neighbouring output pixels of a row by 4 output channels of a group; 3 taps wide, stride and
 * dilation 1 along the width. Adds the residual, clamps, and stores `nr` channels.
 *
 * `base` is the group's first channel of the image's first pixel; `t` the address in the table of the first pixel's first
 * tap; `w` the panel: 4 biases, then for each row of taps and input channel 4 weights for each of its taps; `c` the first
 * output and `step` the bytes to the next pixel's; `residual` the distance from an output to its residual, 0 for none.
 */

import { GroupedParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function groupedW3(
  params: GroupedParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  nr: i32,
): void {
  const tapRow = params.tapRow;
  const icBytes = params.icPerGroup << 2;
  let y0 = v128.load(w);
  let y1 = y0;
  let y2 = y0;
  let y3 = y0;
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
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const w2 = v128.load(w, 32);
      w += 48;
      const x0 = v128.load32_splat(a0);
      a0 += 4;
      y0 = madd(x0, w0, y0);
      const x1 = v128.load32_splat(a1);
      a1 += 4;
      y0 = madd(x1, w1, y0);
      y1 = madd(x1, w0, y1);
      const x2 = v128.load32_splat(a2);
      a2 += 4;
      y0 = madd(x2, w2, y0);
      y1 = madd(x2, w1, y1);
      y2 = madd(x2, w0, y2);
      const x3 = v128.load32_splat(a3);
      a3 += 4;
      y1 = madd(x3, w2, y1);
      y2 = madd(x3, w1, y2);
      y3 = madd(x3, w0, y3);
      const x4 = v128.load32_splat(a4);
      a4 += 4;
      y2 = madd(x4, w2, y2);
      y3 = madd(x4, w1, y3);
      const x5 = v128.load32_splat(a5);
      a5 += 4;
      y3 = madd(x5, w2, y3);
    } while (a0 != end);
    t += tapRow;
  }
  if (residual) {
    let r = c + residual;
    y0 = f32x4.add(y0, v128.load(r));
    r += step;
    y1 = f32x4.add(y1, v128.load(r));
    r += step;
    y2 = f32x4.add(y2, v128.load(r));
    r += step;
    y3 = f32x4.add(y3, v128.load(r));
  }
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  storeLanes(c, clamp(y0, lo, hi), nr);
  c += step;
  storeLanes(c, clamp(y1, lo, hi), nr);
  c += step;
  storeLanes(c, clamp(y2, lo, hi), nr);
  c += step;
  storeLanes(c, clamp(y3, lo, hi), nr);
}
