/**
 * f32-igemm-6x8: MR = 6 output pixels by NR = 8 output channels, 12 accumulators. The function sums over every tap and input
 * channel, adds the residual, clamps, and stores the whole tile. It computes `tiles` tiles, whose pixels follow each other.
 *
 * `base` is the address of the group's first channel at the image's first pixel. `positions` has MR addresses in the table for each
 * tile; RUN is added to the first address if a row of taps is one run of memory. `panel` is a packed panel. `c` is the tile's first
 * output, and `step` the bytes to the output of the next pixel. `residual` is the distance from an output to its residual, or 0 if
 * there is none.
 */

import { IgemmParams, RUN } from "../params";
import { clamp, madd } from "../simd";

export function tile6x8(
  params: IgemmParams,
  base: usize,
  positions: usize,
  panel: usize,
  c: usize,
  step: usize,
  residual: usize,
  tiles: i32,
): void {
  const tapColumn = params.tapColumn;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; tiles > 0; tiles--) {
    const first = load<usize>(positions);
    let t0 = first & ~RUN;
    let t1 = load<usize>(positions, 4) & ~RUN;
    let t2 = load<usize>(positions, 8) & ~RUN;
    let t3 = load<usize>(positions, 12) & ~RUN;
    let t4 = load<usize>(positions, 16) & ~RUN;
    let t5 = load<usize>(positions, 20) & ~RUN;
    let w = panel;
    let c00 = v128.load(w);
    let c01 = v128.load(w, 16);
    let c10 = c00,
      c11 = c01;
    let c20 = c00,
      c21 = c01;
    let c30 = c00,
      c31 = c01;
    let c40 = c00,
      c41 = c01;
    let c50 = c00,
      c51 = c01;
    w += 32;
    let icBytes = params.icPerGroup << 2;
    let kw = params.kw;
    if (first & RUN) {
      icBytes *= kw;
      kw = 1;
    }
    // The taps of a row have moved the position already, so the step to the next row is smaller.
    const tapRow = params.tapRow - kw * tapColumn;
    for (let ky = params.kh; ky > 0; ky--) {
      for (let kx = kw; kx > 0; kx--) {
        let a0 = base + load<usize>(t0);
        let a1 = base + load<usize>(t1);
        let a2 = base + load<usize>(t2);
        let a3 = base + load<usize>(t3);
        let a4 = base + load<usize>(t4);
        let a5 = base + load<usize>(t5);
        const end = a0 + icBytes;
        do {
          const b0 = v128.load(w);
          const b1 = v128.load(w, 16);
          w += 32;
          const x0 = v128.load32_splat(a0);
          c00 = madd(x0, b0, c00);
          c01 = madd(x0, b1, c01);
          a0 += 4;
          const x1 = v128.load32_splat(a1);
          c10 = madd(x1, b0, c10);
          c11 = madd(x1, b1, c11);
          a1 += 4;
          const x2 = v128.load32_splat(a2);
          c20 = madd(x2, b0, c20);
          c21 = madd(x2, b1, c21);
          a2 += 4;
          const x3 = v128.load32_splat(a3);
          c30 = madd(x3, b0, c30);
          c31 = madd(x3, b1, c31);
          a3 += 4;
          const x4 = v128.load32_splat(a4);
          c40 = madd(x4, b0, c40);
          c41 = madd(x4, b1, c41);
          a4 += 4;
          const x5 = v128.load32_splat(a5);
          c50 = madd(x5, b0, c50);
          c51 = madd(x5, b1, c51);
          a5 += 4;
        } while (a0 != end);
        t0 += tapColumn;
        t1 += tapColumn;
        t2 += tapColumn;
        t3 += tapColumn;
        t4 += tapColumn;
        t5 += tapColumn;
      }
      t0 += tapRow;
      t1 += tapRow;
      t2 += tapRow;
      t3 += tapRow;
      t4 += tapRow;
      t5 += tapRow;
    }
    if (residual) {
      let r = c + residual;
      c00 = f32x4.add(c00, v128.load(r));
      c01 = f32x4.add(c01, v128.load(r, 16));
      r += step;
      c10 = f32x4.add(c10, v128.load(r));
      c11 = f32x4.add(c11, v128.load(r, 16));
      r += step;
      c20 = f32x4.add(c20, v128.load(r));
      c21 = f32x4.add(c21, v128.load(r, 16));
      r += step;
      c30 = f32x4.add(c30, v128.load(r));
      c31 = f32x4.add(c31, v128.load(r, 16));
      r += step;
      c40 = f32x4.add(c40, v128.load(r));
      c41 = f32x4.add(c41, v128.load(r, 16));
      r += step;
      c50 = f32x4.add(c50, v128.load(r));
      c51 = f32x4.add(c51, v128.load(r, 16));
    }
    c00 = clamp(c00, lo, hi);
    c01 = clamp(c01, lo, hi);
    c10 = clamp(c10, lo, hi);
    c11 = clamp(c11, lo, hi);
    c20 = clamp(c20, lo, hi);
    c21 = clamp(c21, lo, hi);
    c30 = clamp(c30, lo, hi);
    c31 = clamp(c31, lo, hi);
    c40 = clamp(c40, lo, hi);
    c41 = clamp(c41, lo, hi);
    c50 = clamp(c50, lo, hi);
    c51 = clamp(c51, lo, hi);
    // Stores come in pairs, at one address and 16 bytes apart. V8 starts from such pairs when it joins operations to 256 bits.
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += step;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += step;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += step;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    c += step;
    v128.store(c, c40);
    v128.store(c, c41, 16);
    c += step;
    v128.store(c, c50);
    v128.store(c, c51, 16);
    c += step;
    positions += 24;
  }
}
