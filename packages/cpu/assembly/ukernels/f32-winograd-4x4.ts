/**
 * f32-winograd-4x4: the transforms of F(4x4, 3x3), four channels of a tile at a time.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * A tile of 6x6 input pixels, all channels: `base` is the image's first pixel, `table` the address in the table of the
 * tile's first pixel and `tableRow` the bytes to the row below; `u` is where the first of 36 products begins and `uStep`
 * the bytes to the next one; `scratch` has room for 36 vectors.
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
  for (; channels > 0; channels -= 4) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < 6; i++) {
      const x0 = v128.load(base + load<usize>(row));
      const x1 = v128.load(base + load<usize>(row, 4));
      const x2 = v128.load(base + load<usize>(row, 8));
      const x3 = v128.load(base + load<usize>(row, 12));
      const x4 = v128.load(base + load<usize>(row, 16));
      const x5 = v128.load(base + load<usize>(row, 20));
      const y0 = f32x4.sub(f32x4.add(x0, x4), f32x4.mul(sum, x2));
      const evenA = f32x4.sub(x4, f32x4.mul(two, x2));
      const oddA = f32x4.mul(a, f32x4.sub(x3, f32x4.mul(two, x1)));
      const y1 = f32x4.add(evenA, oddA);
      const y2 = f32x4.sub(evenA, oddA);
      const evenB = f32x4.sub(x4, f32x4.mul(half, x2));
      const oddB = f32x4.mul(b, f32x4.sub(x3, f32x4.mul(half, x1)));
      const y3 = f32x4.add(evenB, oddB);
      const y4 = f32x4.sub(evenB, oddB);
      const y5 = f32x4.sub(f32x4.add(x1, x5), f32x4.mul(sum, x3));
      v128.store(s, y0);
      v128.store(s, y1, 16);
      v128.store(s, y2, 32);
      v128.store(s, y3, 48);
      v128.store(s, y4, 64);
      v128.store(s, y5, 80);
      row += tableRow;
      s += 96;
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < 6; j++) {
      const x0 = v128.load(s);
      const x1 = v128.load(s, 96);
      const x2 = v128.load(s, 192);
      const x3 = v128.load(s, 288);
      const x4 = v128.load(s, 384);
      const x5 = v128.load(s, 480);
      const y0 = f32x4.sub(f32x4.add(x0, x4), f32x4.mul(sum, x2));
      const evenA = f32x4.sub(x4, f32x4.mul(two, x2));
      const oddA = f32x4.mul(a, f32x4.sub(x3, f32x4.mul(two, x1)));
      const y1 = f32x4.add(evenA, oddA);
      const y2 = f32x4.sub(evenA, oddA);
      const evenB = f32x4.sub(x4, f32x4.mul(half, x2));
      const oddB = f32x4.mul(b, f32x4.sub(x3, f32x4.mul(half, x1)));
      const y3 = f32x4.add(evenB, oddB);
      const y4 = f32x4.sub(evenB, oddB);
      const y5 = f32x4.sub(f32x4.add(x1, x5), f32x4.mul(sum, x3));
      let product = to;
      v128.store(product, y0);
      product += 6 * uStep;
      v128.store(product, y1);
      product += 6 * uStep;
      v128.store(product, y2);
      product += 6 * uStep;
      v128.store(product, y3);
      product += 6 * uStep;
      v128.store(product, y4);
      product += 6 * uStep;
      v128.store(product, y5);
      s += 16;
      to += uStep;
    }
    base += 16;
    u += 16;
  }
}

/**
 * A tile of 4x4 output pixels, `vectors` times four channels: `p` is the tile's first product and `pStep` the bytes to the
 * next one; `bias` has a number for each channel; `c` is the first output, `row` and `step` the bytes to the one below and to
 * the one at its right; `residual` the distance from an output to its residual, 0 for none.
 */
export function winogradOutput4x4(
  params: WinogradParams,
  p: usize,
  pStep: usize,
  vectors: i32,
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
  for (; vectors > 0; vectors--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < 6; i++) {
      const x0 = v128.load(from);
      from += pStep;
      const x1 = v128.load(from);
      from += pStep;
      const x2 = v128.load(from);
      from += pStep;
      const x3 = v128.load(from);
      from += pStep;
      const x4 = v128.load(from);
      from += pStep;
      const x5 = v128.load(from);
      from += pStep;
      const evenA = f32x4.add(x1, x2);
      const oddA = f32x4.sub(x1, x2);
      const evenB = f32x4.add(x3, x4);
      const oddB = f32x4.sub(x3, x4);
      const y0 = f32x4.add(f32x4.add(x0, evenA), evenB);
      const y1 = f32x4.add(f32x4.mul(a, oddA), f32x4.mul(b, oddB));
      const y2 = f32x4.add(f32x4.mul(half, evenA), f32x4.mul(two, evenB));
      const y3 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA), f32x4.mul(bbb, oddB)), x5);
      v128.store(s, y0);
      v128.store(s, y1, 16);
      v128.store(s, y2, 32);
      v128.store(s, y3, 48);
      s += 64;
    }
    const added = v128.load(bias);
    s = scratch;
    let column = c;
    for (let j = 0; j < 4; j++) {
      const x0 = v128.load(s);
      const x1 = v128.load(s, 64);
      const x2 = v128.load(s, 128);
      const x3 = v128.load(s, 192);
      const x4 = v128.load(s, 256);
      const x5 = v128.load(s, 320);
      const evenA = f32x4.add(x1, x2);
      const oddA = f32x4.sub(x1, x2);
      const evenB = f32x4.add(x3, x4);
      const oddB = f32x4.sub(x3, x4);
      const y0 = f32x4.add(f32x4.add(x0, evenA), evenB);
      const y1 = f32x4.add(f32x4.mul(a, oddA), f32x4.mul(b, oddB));
      const y2 = f32x4.add(f32x4.mul(half, evenA), f32x4.mul(two, evenB));
      const y3 = f32x4.add(f32x4.add(f32x4.mul(aaa, oddA), f32x4.mul(bbb, oddB)), x5);
      let z0 = f32x4.add(y0, added);
      let z1 = f32x4.add(y1, added);
      let z2 = f32x4.add(y2, added);
      let z3 = f32x4.add(y3, added);
      let to = column;
      if (residual) {
        let r = column + residual;
        z0 = f32x4.add(z0, v128.load(r));
        r += row;
        z1 = f32x4.add(z1, v128.load(r));
        r += row;
        z2 = f32x4.add(z2, v128.load(r));
        r += row;
        z3 = f32x4.add(z3, v128.load(r));
      }
      v128.store(to, clamp(z0, lo, hi));
      to += row;
      v128.store(to, clamp(z1, lo, hi));
      to += row;
      v128.store(to, clamp(z2, lo, hi));
      to += row;
      v128.store(to, clamp(z3, lo, hi));
      s += 16;
      column += step;
    }
    p += 16;
    bias += 16;
    c += 16;
  }
}
