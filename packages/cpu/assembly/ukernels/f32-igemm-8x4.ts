/**
 * f32-igemm-8x4: MR = 8 output pixels by NR = 4 output channels, 8 accumulators. The function sums over every tap and input
 * channel, adds the residual, clamps, and stores the whole tile. It computes `tiles` tiles, whose pixels follow each other.
 *
 * `base` is the address of the group's first channel at the image's first pixel. `positions` has MR addresses in the table for each
 * tile; RUN is added to the first address if a row of taps is one run of memory. `panel` is a packed panel. `c` is the tile's first
 * output, and `step` the bytes to the output of the next pixel. `residual` is the distance from an output to its residual, or 0 if
 * there is none.
 */

import { IgemmParams, RUN } from "../params";
import { clamp, madd } from "../simd";

export function tile8x4(
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
    let t6 = load<usize>(positions, 24) & ~RUN;
    let t7 = load<usize>(positions, 28) & ~RUN;
    let w = panel;
    let c00 = v128.load(w);
    let c10 = c00;
    let c20 = c00;
    let c30 = c00;
    let c40 = c00;
    let c50 = c00;
    let c60 = c00;
    let c70 = c00;
    w += 16;
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
        let a6 = base + load<usize>(t6);
        let a7 = base + load<usize>(t7);
        const end = a0 + icBytes;
        do {
          const b0 = v128.load(w);
          w += 16;
          const x0 = v128.load32_splat(a0);
          c00 = madd(x0, b0, c00);
          a0 += 4;
          const x1 = v128.load32_splat(a1);
          c10 = madd(x1, b0, c10);
          a1 += 4;
          const x2 = v128.load32_splat(a2);
          c20 = madd(x2, b0, c20);
          a2 += 4;
          const x3 = v128.load32_splat(a3);
          c30 = madd(x3, b0, c30);
          a3 += 4;
          const x4 = v128.load32_splat(a4);
          c40 = madd(x4, b0, c40);
          a4 += 4;
          const x5 = v128.load32_splat(a5);
          c50 = madd(x5, b0, c50);
          a5 += 4;
          const x6 = v128.load32_splat(a6);
          c60 = madd(x6, b0, c60);
          a6 += 4;
          const x7 = v128.load32_splat(a7);
          c70 = madd(x7, b0, c70);
          a7 += 4;
        } while (a0 != end);
        t0 += tapColumn;
        t1 += tapColumn;
        t2 += tapColumn;
        t3 += tapColumn;
        t4 += tapColumn;
        t5 += tapColumn;
        t6 += tapColumn;
        t7 += tapColumn;
      }
      t0 += tapRow;
      t1 += tapRow;
      t2 += tapRow;
      t3 += tapRow;
      t4 += tapRow;
      t5 += tapRow;
      t6 += tapRow;
      t7 += tapRow;
    }
    if (residual) {
      let r = c + residual;
      c00 = f32x4.add(c00, v128.load(r));
      r += step;
      c10 = f32x4.add(c10, v128.load(r));
      r += step;
      c20 = f32x4.add(c20, v128.load(r));
      r += step;
      c30 = f32x4.add(c30, v128.load(r));
      r += step;
      c40 = f32x4.add(c40, v128.load(r));
      r += step;
      c50 = f32x4.add(c50, v128.load(r));
      r += step;
      c60 = f32x4.add(c60, v128.load(r));
      r += step;
      c70 = f32x4.add(c70, v128.load(r));
    }
    c00 = clamp(c00, lo, hi);
    c10 = clamp(c10, lo, hi);
    c20 = clamp(c20, lo, hi);
    c30 = clamp(c30, lo, hi);
    c40 = clamp(c40, lo, hi);
    c50 = clamp(c50, lo, hi);
    c60 = clamp(c60, lo, hi);
    c70 = clamp(c70, lo, hi);
    // Stores come in pairs, at one address and 16 bytes apart. V8 starts from such pairs when it joins operations to 256 bits.
    v128.store(c, c00);
    c += step;
    v128.store(c, c10);
    c += step;
    v128.store(c, c20);
    c += step;
    v128.store(c, c30);
    c += step;
    v128.store(c, c40);
    c += step;
    v128.store(c, c50);
    c += step;
    v128.store(c, c60);
    c += step;
    v128.store(c, c70);
    c += step;
    positions += 32;
  }
}
