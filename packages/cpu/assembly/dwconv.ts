/**
 * Depthwise convolution, one output channel for each input channel: no sum over channels, so each vector of four channels
 * is a convolution of its own. Reads through the same table as the indirect GEMM. Weights are packed by four channels:
 * four biases, then four weights for each tap.
 */

import { dwconv } from "./ukernels/f32-dwconv";
import { dwconv3x3s1 } from "./ukernels/f32-dwconv-3x3";

/** What src/algorithms/depthwise.ts writes, field by field. Strides are in bytes. */
@unmanaged
export class DwconvPlan {
  /** Address in the table of the first output pixel's first tap. */
  table: usize;
  weights: usize;
  oh: i32;
  ow: i32;
  channels: i32;
  kh: i32;
  kw: i32;
  /** In the table, from an output row to the next, and from an output pixel to its neighbour. */
  pixelRow: i32;
  pixelColumn: i32;
  /** In the table, from a tap to the one below, and to the one at its right. */
  tapRow: i32;
  tapColumn: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** How many output pixels dwconv3x3s1 computes at once. */
const TILE: i32 = 4;

/** Rows `start` to `end` of images x output rows, for any kernel, stride and dilation. `residual` is 0 for none. */
export function depthwise(plan: DwconvPlan, input: usize, output: usize, residual: usize, start: i32, end: i32): void {
  rows(false, plan, input, output, residual, start, end);
}

/** As `depthwise`, for kernels of 3x3 with stride and dilation 1 along the width. */
export function depthwise3x3(
  plan: DwconvPlan,
  input: usize,
  output: usize,
  residual: usize,
  start: i32,
  end: i32,
): void {
  rows(true, plan, input, output, residual, start, end);
}

@inline
function rows(is3x3: bool, plan: DwconvPlan, input: usize, output: usize, residual: usize, start: i32, end: i32): void {
  const residualDelta = residual ? residual - output : 0;
  const ow = plan.ow;
  // Loop 2, jobs: splits the output into rows.
  for (let job = start; job < end; job++) {
    const image = job / plan.oh;
    const y = job % plan.oh;
    const base = input + image * plan.inputImage;
    let t = plan.table + y * plan.pixelRow;
    let c = output + image * plan.outputImage + y * ow * plan.outputPixel;
    let x = 0;
    // Loop 1, tiles: splits the row into pixels; the kernel goes along all channels of a tile, which lie side by side.
    if (is3x3) {
      for (; x <= ow - TILE; x += TILE) {
        dwconv3x3s1(plan, base, t, c, residualDelta);
        t += TILE * plan.pixelColumn;
        c += TILE * plan.outputPixel;
      }
    }
    for (; x < ow; x++) {
      dwconv(plan, base, t, c, residualDelta);
      t += plan.pixelColumn;
      c += plan.outputPixel;
    }
  }
}
