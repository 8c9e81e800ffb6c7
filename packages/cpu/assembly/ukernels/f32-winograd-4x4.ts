/**
 * f32-winograd-4x4: the transforms of F(4x4, 3x3), eight channels of a tile at a time. All loads of a pair of vectors come
 * before the stores, and the stores come in pairs at one address. So V8 may join the pairs to 256 bits.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * Transforms all channels of a tile of 6x6 input pixels. `base` is the image's first pixel. `table` is the address, in the
 * table, of the tile's first pixel, and `tableRow` the bytes to the row below. `u` is the address of the first of 36 products, and
 * `uStep` the bytes to the next product. `scratch` has room for 36 pairs of vectors. The function may read and write up to seven
 * channels past the end.
 */
export function winogradInput4x4(
  base: usize,
  table: usize,
  tableRow: usize,
  channels: i32,
  u: usize,
  uStep: usize,
  scratch: usize,
): void {
  const a = f32x4.splat(0.7071067811865476);
  const b = f32x4.splat(1.4142135623730951);
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  const sum = f32x4.splat(2.5);
  const aaa = f32x4.splat(0.3535533905932738);
  const bbb = f32x4.splat(2.8284271247461903);
  for (; channels > 0; channels -= 8) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < 6; i++) {
      const a0 = base + load<usize>(row);
      const a1 = base + load<usize>(row, 4);
      const a2 = base + load<usize>(row, 8);
      const a3 = base + load<usize>(row, 12);
      const a4 = base + load<usize>(row, 16);
      const a5 = base + load<usize>(row, 20);
      const x0_0 = v128.load(a0);
      const x1_0 = v128.load(a1);
      const x2_0 = v128.load(a2);
      const x3_0 = v128.load(a3);
      const x4_0 = v128.load(a4);
      const x5_0 = v128.load(a5);
      const y0_0 = f32x4.sub(f32x4.add(x0_0, x4_0), f32x4.mul(sum, x2_0));
      const evenA0 = f32x4.sub(x4_0, f32x4.mul(two, x2_0));
      const oddA0 = f32x4.mul(a, f32x4.sub(x3_0, f32x4.mul(two, x1_0)));
      const y1_0 = f32x4.add(evenA0, oddA0);
      const y2_0 = f32x4.sub(evenA0, oddA0);
      const evenB0 = f32x4.sub(x4_0, f32x4.mul(half, x2_0));
      const oddB0 = f32x4.mul(b, f32x4.sub(x3_0, f32x4.mul(half, x1_0)));
      const y3_0 = f32x4.add(evenB0, oddB0);
      const y4_0 = f32x4.sub(evenB0, oddB0);
      const y5_0 = f32x4.sub(f32x4.add(x1_0, x5_0), f32x4.mul(sum, x3_0));
      const x0_1 = v128.load(a0, 16);
      const x1_1 = v128.load(a1, 16);
      const x2_1 = v128.load(a2, 16);
      const x3_1 = v128.load(a3, 16);
      const x4_1 = v128.load(a4, 16);
      const x5_1 = v128.load(a5, 16);
      const y0_1 = f32x4.sub(f32x4.add(x0_1, x4_1), f32x4.mul(sum, x2_1));
      const evenA1 = f32x4.sub(x4_1, f32x4.mul(two, x2_1));
      const oddA1 = f32x4.mul(a, f32x4.sub(x3_1, f32x4.mul(two, x1_1)));
      const y1_1 = f32x4.add(evenA1, oddA1);
      const y2_1 = f32x4.sub(evenA1, oddA1);
      const evenB1 = f32x4.sub(x4_1, f32x4.mul(half, x2_1));
      const oddB1 = f32x4.mul(b, f32x4.sub(x3_1, f32x4.mul(half, x1_1)));
      const y3_1 = f32x4.add(evenB1, oddB1);
      const y4_1 = f32x4.sub(evenB1, oddB1);
      const y5_1 = f32x4.sub(f32x4.add(x1_1, x5_1), f32x4.mul(sum, x3_1));
      v128.store(s, y0_0);
      v128.store(s, y0_1, 16);
      v128.store(s, y1_0, 32);
      v128.store(s, y1_1, 48);
      v128.store(s, y2_0, 64);
      v128.store(s, y2_1, 80);
      v128.store(s, y3_0, 96);
      v128.store(s, y3_1, 112);
      v128.store(s, y4_0, 128);
      v128.store(s, y4_1, 144);
      v128.store(s, y5_0, 160);
      v128.store(s, y5_1, 176);
      row += tableRow;
      s += 192;
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < 6; j++) {
      const x0_0 = v128.load(s);
      const x1_0 = v128.load(s, 192);
      const x2_0 = v128.load(s, 384);
      const x3_0 = v128.load(s, 576);
      const x4_0 = v128.load(s, 768);
      const x5_0 = v128.load(s, 960);
      const y0_0 = f32x4.sub(f32x4.add(x0_0, x4_0), f32x4.mul(sum, x2_0));
      const evenA0 = f32x4.sub(x4_0, f32x4.mul(two, x2_0));
      const oddA0 = f32x4.mul(a, f32x4.sub(x3_0, f32x4.mul(two, x1_0)));
      const y1_0 = f32x4.add(evenA0, oddA0);
      const y2_0 = f32x4.sub(evenA0, oddA0);
      const evenB0 = f32x4.sub(x4_0, f32x4.mul(half, x2_0));
      const oddB0 = f32x4.mul(b, f32x4.sub(x3_0, f32x4.mul(half, x1_0)));
      const y3_0 = f32x4.add(evenB0, oddB0);
      const y4_0 = f32x4.sub(evenB0, oddB0);
      const y5_0 = f32x4.sub(f32x4.add(x1_0, x5_0), f32x4.mul(sum, x3_0));
      const x0_1 = v128.load(s, 16);
      const x1_1 = v128.load(s, 208);
      const x2_1 = v128.load(s, 400);
      const x3_1 = v128.load(s, 592);
      const x4_1 = v128.load(s, 784);
      const x5_1 = v128.load(s, 976);
      const y0_1 = f32x4.sub(f32x4.add(x0_1, x4_1), f32x4.mul(sum, x2_1));
      const evenA1 = f32x4.sub(x4_1, f32x4.mul(two, x2_1));
      const oddA1 = f32x4.mul(a, f32x4.sub(x3_1, f32x4.mul(two, x1_1)));
      const y1_1 = f32x4.add(evenA1, oddA1);
      const y2_1 = f32x4.sub(evenA1, oddA1);
      const evenB1 = f32x4.sub(x4_1, f32x4.mul(half, x2_1));
      const oddB1 = f32x4.mul(b, f32x4.sub(x3_1, f32x4.mul(half, x1_1)));
      const y3_1 = f32x4.add(evenB1, oddB1);
      const y4_1 = f32x4.sub(evenB1, oddB1);
      const y5_1 = f32x4.sub(f32x4.add(x1_1, x5_1), f32x4.mul(sum, x3_1));
      let product = to;
      v128.store(product, y0_0);
      v128.store(product, y0_1, 16);
      product += 6 * uStep;
      v128.store(product, y1_0);
      v128.store(product, y1_1, 16);
      product += 6 * uStep;
      v128.store(product, y2_0);
      v128.store(product, y2_1, 16);
      product += 6 * uStep;
      v128.store(product, y3_0);
      v128.store(product, y3_1, 16);
      product += 6 * uStep;
      v128.store(product, y4_0);
      v128.store(product, y4_1, 16);
      product += 6 * uStep;
      v128.store(product, y5_0);
      v128.store(product, y5_1, 16);
      s += 32;
      to += uStep;
    }
    base += 32;
    u += 32;
  }
}

/**
 * Computes a tile of 4x4 output pixels, `pairs` times eight channels. `p` is the tile's first product, and `pStep` the bytes to
 * the next product. `bias` has a number for each channel. `c` is the first output, `row` the bytes to the output below, and
 * `step` the bytes to the output on the right. `residual` is the distance from an output to its residual, or 0 if there is none.
 */
export function winogradOutput4x4(
  params: WinogradParams,
  p: usize,
  pStep: usize,
  pairs: i32,
  bias: usize,
  c: usize,
  row: usize,
  step: usize,
  residual: usize,
  scratch: usize,
): void {
  const a = f32x4.splat(0.7071067811865476);
  const b = f32x4.splat(1.4142135623730951);
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  const sum = f32x4.splat(2.5);
  const aaa = f32x4.splat(0.3535533905932738);
  const bbb = f32x4.splat(2.8284271247461903);
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; pairs > 0; pairs--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < 6; i++) {
      const a0 = from;
      from += pStep;
      const a1 = from;
      from += pStep;
      const a2 = from;
      from += pStep;
      const a3 = from;
      from += pStep;
      const a4 = from;
      from += pStep;
      const a5 = from;
      from += pStep;
      const x0_0 = v128.load(a0);
      const x1_0 = v128.load(a1);
      const x2_0 = v128.load(a2);
      const x3_0 = v128.load(a3);
      const x4_0 = v128.load(a4);
      const x5_0 = v128.load(a5);
      const evenA0 = f32x4.add(x1_0, x2_0);
      const oddA0 = f32x4.sub(x1_0, x2_0);
      const evenB0 = f32x4.add(x3_0, x4_0);
      const oddB0 = f32x4.sub(x3_0, x4_0);
      const y0_0 = f32x4.add(f32x4.add(x0_0, evenA0), evenB0);
      const y1_0 = f32x4.add(f32x4.mul(a, oddA0), f32x4.mul(b, oddB0));
      const y2_0 = f32x4.add(f32x4.mul(half, evenA0), f32x4.mul(two, evenB0));
      const y3_0 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA0), f32x4.mul(bbb, oddB0)), x5_0);
      const x0_1 = v128.load(a0, 16);
      const x1_1 = v128.load(a1, 16);
      const x2_1 = v128.load(a2, 16);
      const x3_1 = v128.load(a3, 16);
      const x4_1 = v128.load(a4, 16);
      const x5_1 = v128.load(a5, 16);
      const evenA1 = f32x4.add(x1_1, x2_1);
      const oddA1 = f32x4.sub(x1_1, x2_1);
      const evenB1 = f32x4.add(x3_1, x4_1);
      const oddB1 = f32x4.sub(x3_1, x4_1);
      const y0_1 = f32x4.add(f32x4.add(x0_1, evenA1), evenB1);
      const y1_1 = f32x4.add(f32x4.mul(a, oddA1), f32x4.mul(b, oddB1));
      const y2_1 = f32x4.add(f32x4.mul(half, evenA1), f32x4.mul(two, evenB1));
      const y3_1 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA1), f32x4.mul(bbb, oddB1)), x5_1);
      v128.store(s, y0_0);
      v128.store(s, y0_1, 16);
      v128.store(s, y1_0, 32);
      v128.store(s, y1_1, 48);
      v128.store(s, y2_0, 64);
      v128.store(s, y2_1, 80);
      v128.store(s, y3_0, 96);
      v128.store(s, y3_1, 112);
      s += 128;
    }
    const added0 = v128.load(bias);
    const added1 = v128.load(bias, 16);
    s = scratch;
    let column = c;
    for (let j = 0; j < 4; j++) {
      const x0_0 = v128.load(s);
      const x1_0 = v128.load(s, 128);
      const x2_0 = v128.load(s, 256);
      const x3_0 = v128.load(s, 384);
      const x4_0 = v128.load(s, 512);
      const x5_0 = v128.load(s, 640);
      const evenA0 = f32x4.add(x1_0, x2_0);
      const oddA0 = f32x4.sub(x1_0, x2_0);
      const evenB0 = f32x4.add(x3_0, x4_0);
      const oddB0 = f32x4.sub(x3_0, x4_0);
      const y0_0 = f32x4.add(f32x4.add(x0_0, evenA0), evenB0);
      const y1_0 = f32x4.add(f32x4.mul(a, oddA0), f32x4.mul(b, oddB0));
      const y2_0 = f32x4.add(f32x4.mul(half, evenA0), f32x4.mul(two, evenB0));
      const y3_0 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA0), f32x4.mul(bbb, oddB0)), x5_0);
      const x0_1 = v128.load(s, 16);
      const x1_1 = v128.load(s, 144);
      const x2_1 = v128.load(s, 272);
      const x3_1 = v128.load(s, 400);
      const x4_1 = v128.load(s, 528);
      const x5_1 = v128.load(s, 656);
      const evenA1 = f32x4.add(x1_1, x2_1);
      const oddA1 = f32x4.sub(x1_1, x2_1);
      const evenB1 = f32x4.add(x3_1, x4_1);
      const oddB1 = f32x4.sub(x3_1, x4_1);
      const y0_1 = f32x4.add(f32x4.add(x0_1, evenA1), evenB1);
      const y1_1 = f32x4.add(f32x4.mul(a, oddA1), f32x4.mul(b, oddB1));
      const y2_1 = f32x4.add(f32x4.mul(half, evenA1), f32x4.mul(two, evenB1));
      const y3_1 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA1), f32x4.mul(bbb, oddB1)), x5_1);
      let z0_0 = f32x4.add(y0_0, added0);
      let z0_1 = f32x4.add(y0_1, added1);
      let z1_0 = f32x4.add(y1_0, added0);
      let z1_1 = f32x4.add(y1_1, added1);
      let z2_0 = f32x4.add(y2_0, added0);
      let z2_1 = f32x4.add(y2_1, added1);
      let z3_0 = f32x4.add(y3_0, added0);
      let z3_1 = f32x4.add(y3_1, added1);
      let to = column;
      if (residual) {
        let r = column + residual;
        z0_0 = f32x4.add(z0_0, v128.load(r));
        z0_1 = f32x4.add(z0_1, v128.load(r, 16));
        r += row;
        z1_0 = f32x4.add(z1_0, v128.load(r));
        z1_1 = f32x4.add(z1_1, v128.load(r, 16));
        r += row;
        z2_0 = f32x4.add(z2_0, v128.load(r));
        z2_1 = f32x4.add(z2_1, v128.load(r, 16));
        r += row;
        z3_0 = f32x4.add(z3_0, v128.load(r));
        z3_1 = f32x4.add(z3_1, v128.load(r, 16));
      }
      v128.store(to, clamp(z0_0, lo, hi));
      v128.store(to, clamp(z0_1, lo, hi), 16);
      to += row;
      v128.store(to, clamp(z1_0, lo, hi));
      v128.store(to, clamp(z1_1, lo, hi), 16);
      to += row;
      v128.store(to, clamp(z2_0, lo, hi));
      v128.store(to, clamp(z2_1, lo, hi), 16);
      to += row;
      v128.store(to, clamp(z3_0, lo, hi));
      v128.store(to, clamp(z3_1, lo, hi), 16);
      s += 32;
      column += step;
    }
    p += 32;
    bias += 32;
    c += 32;
  }
}
