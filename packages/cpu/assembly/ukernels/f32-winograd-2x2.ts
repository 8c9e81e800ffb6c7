/**
 * f32-winograd-2x2: the transforms of F(2x2, 3x3), four channels of a tile at a time.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * A tile of 4x4 input pixels, all channels: `base` is the image's first pixel, `table` the address in the table of the
 * tile's first pixel and `tableRow` the bytes to the row below; `u` is where the first of 16 products begins and `uStep`
 * the bytes to the next one; `scratch` has room for 16 vectors.
 */
export function winogradInput2x2(
  base: usize,
  table: usize,
  tableRow: usize,
  channels: i32,
  u: usize,
  uStep: usize,
  scratch: usize,
): void {
  for (; channels > 0; channels -= 4) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < 4; i++) {
      const x0 = v128.load(base + load<usize>(row));
      const x1 = v128.load(base + load<usize>(row, 4));
      const x2 = v128.load(base + load<usize>(row, 8));
      const x3 = v128.load(base + load<usize>(row, 12));
      const y0 = f32x4.sub(x0, x2);
      const y1 = f32x4.add(x1, x2);
      const y2 = f32x4.sub(x2, x1);
      const y3 = f32x4.sub(x1, x3);
      v128.store(s, y0);
      v128.store(s, y1, 16);
      v128.store(s, y2, 32);
      v128.store(s, y3, 48);
      row += tableRow;
      s += 64;
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < 4; j++) {
      const x0 = v128.load(s);
      const x1 = v128.load(s, 64);
      const x2 = v128.load(s, 128);
      const x3 = v128.load(s, 192);
      const y0 = f32x4.sub(x0, x2);
      const y1 = f32x4.add(x1, x2);
      const y2 = f32x4.sub(x2, x1);
      const y3 = f32x4.sub(x1, x3);
      let product = to;
      v128.store(product, y0);
      product += 4 * uStep;
      v128.store(product, y1);
      product += 4 * uStep;
      v128.store(product, y2);
      product += 4 * uStep;
      v128.store(product, y3);
      s += 16;
      to += uStep;
    }
    base += 16;
    u += 16;
  }
}

/**
 * A tile of 2x2 output pixels, `vectors` times four channels: `p` is the tile's first product and `pStep` the bytes to the
 * next one; `bias` has a number for each channel; `c` is the first output, `row` and `step` the bytes to the one below and to
 * the one at its right; `residual` the distance from an output to its residual, 0 for none.
 */
export function winogradOutput2x2(
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
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; vectors > 0; vectors--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < 4; i++) {
      const x0 = v128.load(from);
      from += pStep;
      const x1 = v128.load(from);
      from += pStep;
      const x2 = v128.load(from);
      from += pStep;
      const x3 = v128.load(from);
      from += pStep;
      const y0 = f32x4.add(f32x4.add(x0, x1), x2);
      const y1 = f32x4.sub(f32x4.sub(x1, x2), x3);
      v128.store(s, y0);
      v128.store(s, y1, 16);
      s += 32;
    }
    const added = v128.load(bias);
    s = scratch;
    let column = c;
    for (let j = 0; j < 2; j++) {
      const x0 = v128.load(s);
      const x1 = v128.load(s, 32);
      const x2 = v128.load(s, 64);
      const x3 = v128.load(s, 96);
      const y0 = f32x4.add(f32x4.add(x0, x1), x2);
      const y1 = f32x4.sub(f32x4.sub(x1, x2), x3);
      let z0 = f32x4.add(y0, added);
      let z1 = f32x4.add(y1, added);
      let to = column;
      if (residual) {
        let r = column + residual;
        z0 = f32x4.add(z0, v128.load(r));
        r += row;
        z1 = f32x4.add(z1, v128.load(r));
      }
      v128.store(to, clamp(z0, lo, hi));
      to += row;
      v128.store(to, clamp(z1, lo, hi));
      s += 16;
      column += step;
    }
    p += 16;
    bias += 16;
    c += 16;
  }
}
