/**
 * f32-dwconv-3x3: four neighbouring output pixels of a row, 3x3 taps with stride and dilation 1 along the width, four
 * channels at a time. Each input vector is loaded once for the up to three outputs that it takes part in.
 *
 * `base` is the image's first pixel; `t` the address in the table of the first pixel's first tap; `c` the first output
 * pixel; `residual` the distance from an output to its residual, 0 for none.
 */

import { DwconvPlan } from "../dwconv";
import { clamp, madd, storeLanes } from "../simd";

export function dwconv3x3s1(plan: DwconvPlan, base: usize, t: usize, c: usize, residual: usize): void {
  const step = plan.outputPixel;
  const t1 = t + plan.tapRow;
  const t2 = t1 + plan.tapRow;
  const lo = f32x4.splat(plan.min);
  const hi = f32x4.splat(plan.max);
  let w = plan.weights;
  for (let left = plan.channels; left > 0; left -= 4) {
    let y0 = v128.load(w);
    let y1 = y0,
      y2 = y0,
      y3 = y0;
    const w00 = v128.load(w, 16);
    const w01 = v128.load(w, 32);
    const w02 = v128.load(w, 48);
    const x00 = v128.load(base + load<usize>(t));
    y0 = madd(x00, w00, y0);
    const x01 = v128.load(base + load<usize>(t, 4));
    y1 = madd(x01, w00, y1);
    y0 = madd(x01, w01, y0);
    const x02 = v128.load(base + load<usize>(t, 8));
    y2 = madd(x02, w00, y2);
    y1 = madd(x02, w01, y1);
    y0 = madd(x02, w02, y0);
    const x03 = v128.load(base + load<usize>(t, 12));
    y3 = madd(x03, w00, y3);
    y2 = madd(x03, w01, y2);
    y1 = madd(x03, w02, y1);
    const x04 = v128.load(base + load<usize>(t, 16));
    y3 = madd(x04, w01, y3);
    y2 = madd(x04, w02, y2);
    const x05 = v128.load(base + load<usize>(t, 20));
    y3 = madd(x05, w02, y3);
    const w10 = v128.load(w, 64);
    const w11 = v128.load(w, 80);
    const w12 = v128.load(w, 96);
    const x10 = v128.load(base + load<usize>(t1));
    y0 = madd(x10, w10, y0);
    const x11 = v128.load(base + load<usize>(t1, 4));
    y1 = madd(x11, w10, y1);
    y0 = madd(x11, w11, y0);
    const x12 = v128.load(base + load<usize>(t1, 8));
    y2 = madd(x12, w10, y2);
    y1 = madd(x12, w11, y1);
    y0 = madd(x12, w12, y0);
    const x13 = v128.load(base + load<usize>(t1, 12));
    y3 = madd(x13, w10, y3);
    y2 = madd(x13, w11, y2);
    y1 = madd(x13, w12, y1);
    const x14 = v128.load(base + load<usize>(t1, 16));
    y3 = madd(x14, w11, y3);
    y2 = madd(x14, w12, y2);
    const x15 = v128.load(base + load<usize>(t1, 20));
    y3 = madd(x15, w12, y3);
    const w20 = v128.load(w, 112);
    const w21 = v128.load(w, 128);
    const w22 = v128.load(w, 144);
    const x20 = v128.load(base + load<usize>(t2));
    y0 = madd(x20, w20, y0);
    const x21 = v128.load(base + load<usize>(t2, 4));
    y1 = madd(x21, w20, y1);
    y0 = madd(x21, w21, y0);
    const x22 = v128.load(base + load<usize>(t2, 8));
    y2 = madd(x22, w20, y2);
    y1 = madd(x22, w21, y1);
    y0 = madd(x22, w22, y0);
    const x23 = v128.load(base + load<usize>(t2, 12));
    y3 = madd(x23, w20, y3);
    y2 = madd(x23, w21, y2);
    y1 = madd(x23, w22, y1);
    const x24 = v128.load(base + load<usize>(t2, 16));
    y3 = madd(x24, w21, y3);
    y2 = madd(x24, w22, y2);
    const x25 = v128.load(base + load<usize>(t2, 20));
    y3 = madd(x25, w22, y3);
    w += 160;
    let at = c;
    if (residual) y0 = f32x4.add(y0, v128.load(at + residual));
    storeLanes(at, clamp(y0, lo, hi), left);
    at += step;
    if (residual) y1 = f32x4.add(y1, v128.load(at + residual));
    storeLanes(at, clamp(y1, lo, hi), left);
    at += step;
    if (residual) y2 = f32x4.add(y2, v128.load(at + residual));
    storeLanes(at, clamp(y2, lo, hi), left);
    at += step;
    if (residual) y3 = f32x4.add(y3, v128.load(at + residual));
    storeLanes(at, clamp(y3, lo, hi), left);
    base += 16;
    c += 16;
  }
}
