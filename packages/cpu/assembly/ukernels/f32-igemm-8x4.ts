/**
 * f32-igemm-8x4: MR = 8 output pixels by NR = 4 output channels, 8 accumulators. Sums over every tap and input channel,
 * adds the residual, clamps, and stores `mr` rows of `nr` channels.
 *
 * `base` is the group's first channel of the image's first pixel; `positions` has MR addresses in the table; `w` is a
 * packed panel; `c` the tile's first output; `residual` the distance from an output to its residual, 0 for none.
 */

import { IgemmPlan } from "../igemm";
import { clamp, madd, storeLanes } from "../simd";

export function tile8x4(
  plan: IgemmPlan,
  base: usize,
  positions: usize,
  w: usize,
  c: usize,
  residual: usize,
  mr: i32,
  nr: i32,
): void {
  let t0 = load<usize>(positions);
  let t1 = load<usize>(positions, 4);
  let t2 = load<usize>(positions, 8);
  let t3 = load<usize>(positions, 12);
  let t4 = load<usize>(positions, 16);
  let t5 = load<usize>(positions, 20);
  let t6 = load<usize>(positions, 24);
  let t7 = load<usize>(positions, 28);
  let c00 = v128.load(w);
  let c10 = c00;
  let c20 = c00;
  let c30 = c00;
  let c40 = c00;
  let c50 = c00;
  let c60 = c00;
  let c70 = c00;
  w += 16;
  const icBytes = plan.icPerGroup << 2;
  const tapColumn = plan.tapColumn;
  const kw = plan.kw;
  // What the taps of a row have moved on by, taken off the step to the next row.
  const tapRow = plan.tapRow - kw * tapColumn;
  for (let ky = plan.kh; ky > 0; ky--) {
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
  const lo = f32x4.splat(plan.min);
  const hi = f32x4.splat(plan.max);
  const step = plan.outputPixel;
  // Rows from mr on repeat the last one: they are computed and not stored.
  store(c, c00, residual, lo, hi, nr);
  if (mr == 1) return;
  c += step;
  store(c, c10, residual, lo, hi, nr);
  if (mr == 2) return;
  c += step;
  store(c, c20, residual, lo, hi, nr);
  if (mr == 3) return;
  c += step;
  store(c, c30, residual, lo, hi, nr);
  if (mr == 4) return;
  c += step;
  store(c, c40, residual, lo, hi, nr);
  if (mr == 5) return;
  c += step;
  store(c, c50, residual, lo, hi, nr);
  if (mr == 6) return;
  c += step;
  store(c, c60, residual, lo, hi, nr);
  if (mr == 7) return;
  c += step;
  store(c, c70, residual, lo, hi, nr);
}

@inline
function store(c: usize, y0: v128, residual: usize, lo: v128, hi: v128, nr: i32): void {
  if (residual) {
    y0 = f32x4.add(y0, v128.load(c + residual));
  }
  storeLanes(c, clamp(y0, lo, hi), nr);
}
