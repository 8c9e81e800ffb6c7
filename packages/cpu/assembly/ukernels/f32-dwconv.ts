/**
 * f32-dwconv: one output pixel, any kernel size, sixteen channels at a time (a cache line), then four.
 *
 * `base` is the image's first pixel. `t` is the address, in the table, of the pixel's first tap. `w` is the first panel. `c` is the
 * output pixel. `residual` is the distance from an output to its residual, or 0 if there is none. `left` is the number of channels.
 */

import { DwconvParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function dwconv(
  params: DwconvParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  residual: usize,
  left: i32,
): void {
  const kh = params.kh;
  const kw = params.kw;
  const tapColumn = params.tapColumn;
  const tapRow = params.tapRow - kw * tapColumn;
  const panelBytes: usize = (1 + kh * kw) << 4;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; left >= 16; left -= 16) {
    let w1 = w + panelBytes;
    let w2 = w1 + panelBytes;
    let w3 = w2 + panelBytes;
    const next = w3 + panelBytes;
    let y0 = v128.load(w);
    let y1 = v128.load(w1);
    let y2 = v128.load(w2);
    let y3 = v128.load(w3);
    let tap = t;
    for (let ky = kh; ky > 0; ky--) {
      for (let kx = kw; kx > 0; kx--) {
        const a = base + load<usize>(tap);
        w += 16;
        w1 += 16;
        w2 += 16;
        w3 += 16;
        y0 = madd(v128.load(a), v128.load(w), y0);
        y1 = madd(v128.load(a, 16), v128.load(w1), y1);
        y2 = madd(v128.load(a, 32), v128.load(w2), y2);
        y3 = madd(v128.load(a, 48), v128.load(w3), y3);
        tap += tapColumn;
      }
      tap += tapRow;
    }
    if (residual) {
      y0 = f32x4.add(y0, v128.load(c + residual));
      y1 = f32x4.add(y1, v128.load(c + residual, 16));
      y2 = f32x4.add(y2, v128.load(c + residual, 32));
      y3 = f32x4.add(y3, v128.load(c + residual, 48));
    }
    v128.store(c, clamp(y0, lo, hi));
    v128.store(c, clamp(y1, lo, hi), 16);
    v128.store(c, clamp(y2, lo, hi), 32);
    v128.store(c, clamp(y3, lo, hi), 48);
    w = next;
    base += 64;
    c += 64;
  }
  for (; left > 0; left -= 4) {
    let y = v128.load(w);
    let tap = t;
    for (let ky = kh; ky > 0; ky--) {
      for (let kx = kw; kx > 0; kx--) {
        w += 16;
        y = madd(v128.load(base + load<usize>(tap)), v128.load(w), y);
        tap += tapColumn;
      }
      tap += tapRow;
    }
    // The last vector may read past its pixel, never past the tensor's own padding; those lanes are not stored.
    if (residual) y = f32x4.add(y, v128.load(c + residual));
    storeLanes(c, clamp(y, lo, hi), left);
    w += 16;
    base += 16;
    c += 16;
  }
}
