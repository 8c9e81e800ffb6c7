/**
 * f32-igemm-1x32: MR = 1 output pixels by NR = 32 output channels, 8 accumulators. The function sums over every tap and input
 * channel, adds the residual, clamps, and stores the whole tile. It computes `tiles` tiles, whose pixels follow each other.
 *
 * `base` is the address of the group's first channel at the image's first pixel. `positions` has MR addresses in the table for each
 * tile; RUN is added to the first address if a row of taps is one run of memory. `panel` is a packed panel. `c` is the tile's first
 * output, and `step` the bytes to the output of the next pixel. `residual` is the distance from an output to its residual, or 0 if
 * there is none.
 *
 * The panel has two parts, each with half of the channels. The tile reads both at once, because two streams read faster than one.
 */

import { IgemmParams, RUN } from "../params";
import { clamp, madd } from "../simd";

export function tile1x32(
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
    let w = panel;
    let v = w + (params.panelBytes >> 1);
    let c00 = v128.load(w);
    let c01 = v128.load(w, 16);
    let c02 = v128.load(w, 32);
    let c03 = v128.load(w, 48);
    let c04 = v128.load(v);
    let c05 = v128.load(v, 16);
    let c06 = v128.load(v, 32);
    let c07 = v128.load(v, 48);

    w += 64;
    v += 64;
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
        const end = a0 + icBytes;
        do {
          const b0 = v128.load(w);
          const b1 = v128.load(w, 16);
          const b2 = v128.load(w, 32);
          const b3 = v128.load(w, 48);
          const b4 = v128.load(v);
          const b5 = v128.load(v, 16);
          const b6 = v128.load(v, 32);
          const b7 = v128.load(v, 48);
          w += 64;
          v += 64;
          const x0 = v128.load32_splat(a0);
          c00 = madd(x0, b0, c00);
          c01 = madd(x0, b1, c01);
          c02 = madd(x0, b2, c02);
          c03 = madd(x0, b3, c03);
          c04 = madd(x0, b4, c04);
          c05 = madd(x0, b5, c05);
          c06 = madd(x0, b6, c06);
          c07 = madd(x0, b7, c07);
          a0 += 4;
        } while (a0 != end);
        t0 += tapColumn;
      }
      t0 += tapRow;
    }
    if (residual) {
      let r = c + residual;
      c00 = f32x4.add(c00, v128.load(r));
      c01 = f32x4.add(c01, v128.load(r, 16));
      c02 = f32x4.add(c02, v128.load(r, 32));
      c03 = f32x4.add(c03, v128.load(r, 48));
      c04 = f32x4.add(c04, v128.load(r, 64));
      c05 = f32x4.add(c05, v128.load(r, 80));
      c06 = f32x4.add(c06, v128.load(r, 96));
      c07 = f32x4.add(c07, v128.load(r, 112));
    }
    c00 = clamp(c00, lo, hi);
    c01 = clamp(c01, lo, hi);
    c02 = clamp(c02, lo, hi);
    c03 = clamp(c03, lo, hi);
    c04 = clamp(c04, lo, hi);
    c05 = clamp(c05, lo, hi);
    c06 = clamp(c06, lo, hi);
    c07 = clamp(c07, lo, hi);
    // Stores come in pairs, at one address and 16 bytes apart. V8 starts from such pairs when it joins operations to 256 bits.
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(c, c02, 32);
    v128.store(c, c03, 48);
    v128.store(c, c04, 64);
    v128.store(c, c05, 80);
    v128.store(c, c06, 96);
    v128.store(c, c07, 112);
    c += step;
    positions += 4;
  }
}
