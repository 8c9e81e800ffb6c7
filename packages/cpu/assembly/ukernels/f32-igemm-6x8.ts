/**
 * f32-igemm-6x8: MR = 6 output pixels by NR = 8 output channels, 12 accumulators. Sums over every tap and input channel,
 * adds the residual, clamps, and stores `mr` rows of `nr` channels.
 *
 * `base` is the group's first channel of the image's first pixel; `positions` has MR addresses in the table; `w` is a
 * packed panel; `c` the tile's first output; `residual` the distance from an output to its residual, 0 for none.
 */

import { IgemmPlan } from "../igemm";
import { clamp, madd, storeLanes } from "../simd";

export function tile6x8(
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
  const lo = f32x4.splat(plan.min);
  const hi = f32x4.splat(plan.max);
  const step = plan.outputPixel;
  // Rows from mr on repeat the last one: they are computed and not stored.
  store(c, c00, c01, residual, lo, hi, nr);
  if (mr == 1) return;
  c += step;
  store(c, c10, c11, residual, lo, hi, nr);
  if (mr == 2) return;
  c += step;
  store(c, c20, c21, residual, lo, hi, nr);
  if (mr == 3) return;
  c += step;
  store(c, c30, c31, residual, lo, hi, nr);
  if (mr == 4) return;
  c += step;
  store(c, c40, c41, residual, lo, hi, nr);
  if (mr == 5) return;
  c += step;
  store(c, c50, c51, residual, lo, hi, nr);
}

@inline
function store(c: usize, y0: v128, y1: v128, residual: usize, lo: v128, hi: v128, nr: i32): void {
  if (residual) y0 = f32x4.add(y0, v128.load(c + residual));
  storeLanes(c, clamp(y0, lo, hi), nr);
  if (nr > 4) {
    // Not before the test: past the last channels there may be no memory.
    if (residual) y1 = f32x4.add(y1, v128.load(c + residual, 16));
    storeLanes(c + 16, clamp(y1, lo, hi), nr - 4);
  }
}
