/**
 * f32-winograd-2x2: the transforms of F(2x2, 3x3), eight channels of a tile at a time. All loads of a pair of vectors come
 * before the stores, and the stores come in pairs at one address. So V8 may join the pairs to 256 bits.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * Transforms all channels of a tile of 4x4 input pixels. `base` is the image's first pixel. `table` is the address, in the
 * table, of the tile's first pixel, and `tableRow` the bytes to the row below. `u` is the address of the first of 16 products, and
 * `uStep` the bytes to the next product. `scratch` has room for 16 pairs of vectors. The function may read and write up to seven
 * channels past the end.
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
  for (; channels > 0; channels -= 8) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < 4; i++) {
      const a0 = base + load<usize>(row);
      const a1 = base + load<usize>(row, 4);
      const a2 = base + load<usize>(row, 8);
      const a3 = base + load<usize>(row, 12);
      const x0_0 = v128.load(a0);
      const x1_0 = v128.load(a1);
      const x2_0 = v128.load(a2);
      const x3_0 = v128.load(a3);
      const y0_0 = f32x4.sub(x0_0, x2_0);
      const y1_0 = f32x4.add(x1_0, x2_0);
      const y2_0 = f32x4.sub(x2_0, x1_0);
      const y3_0 = f32x4.sub(x1_0, x3_0);
      const x0_1 = v128.load(a0, 16);
      const x1_1 = v128.load(a1, 16);
      const x2_1 = v128.load(a2, 16);
      const x3_1 = v128.load(a3, 16);
      const y0_1 = f32x4.sub(x0_1, x2_1);
      const y1_1 = f32x4.add(x1_1, x2_1);
      const y2_1 = f32x4.sub(x2_1, x1_1);
      const y3_1 = f32x4.sub(x1_1, x3_1);
      v128.store(s, y0_0);
      v128.store(s, y0_1, 16);
      v128.store(s, y1_0, 32);
      v128.store(s, y1_1, 48);
      v128.store(s, y2_0, 64);
      v128.store(s, y2_1, 80);
      v128.store(s, y3_0, 96);
      v128.store(s, y3_1, 112);
      row += tableRow;
      s += 128;
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < 4; j++) {
      const x0_0 = v128.load(s);
      const x1_0 = v128.load(s, 128);
      const x2_0 = v128.load(s, 256);
      const x3_0 = v128.load(s, 384);
      const y0_0 = f32x4.sub(x0_0, x2_0);
      const y1_0 = f32x4.add(x1_0, x2_0);
      const y2_0 = f32x4.sub(x2_0, x1_0);
      const y3_0 = f32x4.sub(x1_0, x3_0);
      const x0_1 = v128.load(s, 16);
      const x1_1 = v128.load(s, 144);
      const x2_1 = v128.load(s, 272);
      const x3_1 = v128.load(s, 400);
      const y0_1 = f32x4.sub(x0_1, x2_1);
      const y1_1 = f32x4.add(x1_1, x2_1);
      const y2_1 = f32x4.sub(x2_1, x1_1);
      const y3_1 = f32x4.sub(x1_1, x3_1);
      let product = to;
      v128.store(product, y0_0);
      v128.store(product, y0_1, 16);
      product += 4 * uStep;
      v128.store(product, y1_0);
      v128.store(product, y1_1, 16);
      product += 4 * uStep;
      v128.store(product, y2_0);
      v128.store(product, y2_1, 16);
      product += 4 * uStep;
      v128.store(product, y3_0);
      v128.store(product, y3_1, 16);
      s += 32;
      to += uStep;
    }
    base += 32;
    u += 32;
  }
}

/**
 * Computes a tile of 2x2 output pixels, `pairs` times eight channels. `p` is the tile's first product, and `pStep` the bytes to
 * the next product. `bias` has a number for each channel. `c` is the first output, `row` the bytes to the output below, and
 * `step` the bytes to the output on the right. `residual` is the distance from an output to its residual, or 0 if there is none.
 */
export function winogradOutput2x2(
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
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; pairs > 0; pairs--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < 4; i++) {
      const a0 = from;
      from += pStep;
      const a1 = from;
      from += pStep;
      const a2 = from;
      from += pStep;
      const a3 = from;
      from += pStep;
      const x0_0 = v128.load(a0);
      const x1_0 = v128.load(a1);
      const x2_0 = v128.load(a2);
      const x3_0 = v128.load(a3);
      const y0_0 = f32x4.add(f32x4.add(x0_0, x1_0), x2_0);
      const y1_0 = f32x4.sub(f32x4.sub(x1_0, x2_0), x3_0);
      const x0_1 = v128.load(a0, 16);
      const x1_1 = v128.load(a1, 16);
      const x2_1 = v128.load(a2, 16);
      const x3_1 = v128.load(a3, 16);
      const y0_1 = f32x4.add(f32x4.add(x0_1, x1_1), x2_1);
      const y1_1 = f32x4.sub(f32x4.sub(x1_1, x2_1), x3_1);
      v128.store(s, y0_0);
      v128.store(s, y0_1, 16);
      v128.store(s, y1_0, 32);
      v128.store(s, y1_1, 48);
      s += 64;
    }
    const added0 = v128.load(bias);
    const added1 = v128.load(bias, 16);
    s = scratch;
    let column = c;
    for (let j = 0; j < 2; j++) {
      const x0_0 = v128.load(s);
      const x1_0 = v128.load(s, 64);
      const x2_0 = v128.load(s, 128);
      const x3_0 = v128.load(s, 192);
      const y0_0 = f32x4.add(f32x4.add(x0_0, x1_0), x2_0);
      const y1_0 = f32x4.sub(f32x4.sub(x1_0, x2_0), x3_0);
      const x0_1 = v128.load(s, 16);
      const x1_1 = v128.load(s, 80);
      const x2_1 = v128.load(s, 144);
      const x3_1 = v128.load(s, 208);
      const y0_1 = f32x4.add(f32x4.add(x0_1, x1_1), x2_1);
      const y1_1 = f32x4.sub(f32x4.sub(x1_1, x2_1), x3_1);
      let z0_0 = f32x4.add(y0_0, added0);
      let z0_1 = f32x4.add(y0_1, added1);
      let z1_0 = f32x4.add(y1_0, added0);
      let z1_1 = f32x4.add(y1_1, added1);
      let to = column;
      if (residual) {
        let r = column + residual;
        z0_0 = f32x4.add(z0_0, v128.load(r));
        z0_1 = f32x4.add(z0_1, v128.load(r, 16));
        r += row;
        z1_0 = f32x4.add(z1_0, v128.load(r));
        z1_1 = f32x4.add(z1_1, v128.load(r, 16));
      }
      v128.store(to, clamp(z0_0, lo, hi));
      v128.store(to, clamp(z0_1, lo, hi), 16);
      to += row;
      v128.store(to, clamp(z1_0, lo, hi));
      v128.store(to, clamp(z1_1, lo, hi), 16);
      s += 32;
      column += step;
    }
    p += 32;
    bias += 32;
    c += 32;
  }
}
