/**
 * The maximum or the average of windows. For each output row, and each output column, a table has three integers: the bytes to the
 * first tap within the input, the number of taps within the input, and the number of elements that an average counts along this axis.
 */

import { PoolParams } from "./operation-params";
import { storeLanes } from "./simd";

/** Computes the jobs `start` to `end` of images x rows x chunks of channels, chunks innermost. */
export function pool(
  params: PoolParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  if (params.average) rows(true, params, input, output, start, end);
  else rows(false, params, input, output, start, end);
}

@inline
function rows(AVERAGE: bool, params: PoolParams, input: usize, output: usize, start: i32, end: i32): void {
  const ow = params.ow;
  const pixel: usize = params.channels << 2;
  // Loop 3, jobs: splits the output into rows, and few rows into chunks of channels.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const rest = job / params.chunks;
    const y = rest % params.oh;
    const image = rest / params.oh;
    const channel = chunk * params.chunkChannels;
    const channels = min<i32>(params.chunkChannels, params.channels - channel);
    const row = params.rows + y * 12;
    const height = load<i32>(row, 4);
    const base = input + image * params.inputImage + load<i32>(row) + (channel << 2);
    let to = output + image * params.outputImage + y * ow * pixel + (channel << 2);
    let column = params.columns;
    // Loop 2, pixels.
    for (let x = 0; x < ow; x++) {
      const width = load<i32>(column, 4);
      const divisor = <f32>load<i32>(row, 8) * <f32>load<i32>(column, 8);
      let from = base + load<i32>(column);
      let at = to;
      let left = channels;
      // Loop 1, channels: sixteen at a time (a cache line), then four.
      for (; left >= 16; left -= 16) {
        window(AVERAGE, true, params, from, height, width, divisor, at, 16);
        from += 64;
        at += 64;
      }
      for (; left > 0; left -= 4) {
        window(AVERAGE, false, params, from, height, width, divisor, at, left);
        from += 16;
        at += 16;
      }
      column += 12;
      to += pixel;
    }
  }
}

/** Computes sixteen channels of one window, or up to four. */
@inline
function window(
  AVERAGE: bool,
  SIXTEEN: bool,
  params: PoolParams,
  from: usize,
  height: i32,
  width: i32,
  divisor: f32,
  to: usize,
  lanes: i32,
): void {
  let tapRow: usize = params.tapRow;
  let tapColumn: usize = params.tapColumn;
  const block = params.block;
  // The inner loop takes one row, so a row must not be longer than a block.
  if (AVERAGE && width > block) {
    const rows = height;
    height = width;
    width = rows;
    tapRow = tapColumn;
    tapColumn = params.tapRow;
  }
  let y0 = f32x4.splat(AVERAGE ? 0 : -Infinity);
  let y1 = y0;
  let y2 = y0;
  let y3 = y0;
  // The sums of the blocks that are done.
  let b0 = y0;
  let b1 = y0;
  let b2 = y0;
  let b3 = y0;
  let taps = 0;
  for (; height > 0; height--) {
    let tap = from;
    for (let x = width; x > 0; x--) {
      y0 = taken(AVERAGE, y0, v128.load(tap));
      if (SIXTEEN) {
        y1 = taken(AVERAGE, y1, v128.load(tap, 16));
        y2 = taken(AVERAGE, y2, v128.load(tap, 32));
        y3 = taken(AVERAGE, y3, v128.load(tap, 48));
      }
      tap += tapColumn;
    }
    from += tapRow;
    if (!AVERAGE) continue;
    taps += width;
    if (taps < block) continue;
    taps = 0;
    b0 = f32x4.add(b0, y0);
    y0 = f32x4.splat(0);
    if (SIXTEEN) {
      b1 = f32x4.add(b1, y1);
      b2 = f32x4.add(b2, y2);
      b3 = f32x4.add(b3, y3);
      y1 = y0;
      y2 = y0;
      y3 = y0;
    }
  }
  if (AVERAGE) {
    const by = f32x4.splat(divisor);
    y0 = f32x4.div(f32x4.add(y0, b0), by);
    if (SIXTEEN) {
      y1 = f32x4.div(f32x4.add(y1, b1), by);
      y2 = f32x4.div(f32x4.add(y2, b2), by);
      y3 = f32x4.div(f32x4.add(y3, b3), by);
    }
  }
  if (!SIXTEEN) {
    storeLanes(to, y0, lanes);
    return;
  }
  v128.store(to, y0);
  v128.store(to, y1, 16);
  v128.store(to, y2, 32);
  v128.store(to, y3, 48);
}

/** Adds one more tap to a maximum or a sum. A NaN stays. */
@inline
function taken(AVERAGE: bool, y: v128, x: v128): v128 {
  return AVERAGE ? f32x4.add(y, x) : f32x4.max(y, x);
}
