/**
 * Indirect GEMM: a matrix product whose left-hand rows are found through a table of offsets, so that padding of any mode,
 * stride and dilation cost nothing in the kernel. After Dukhan, "The Indirect Convolution Algorithm" (2019); see
 * docs/kernels.md for how this table differs.
 *
 * `table` holds the byte offset of each pixel of the *padded* image from the image's first pixel; where padding reads a
 * zero, that of the row of zeros which lies before every image. `positions` holds, for each output pixel, the address in
 * `table` of its first tap. Weights are packed in panels of NR output channels: NR biases, then NR weights for each tap
 * and input channel.
 */

import { tile4x8 } from "./ukernels/f32-igemm-4x8";
import { tile6x8 } from "./ukernels/f32-igemm-6x8";
import { tile8x4 } from "./ukernels/f32-igemm-8x4";

/** What src/algorithms/igemm.ts writes, field by field. Strides are in bytes. */
@unmanaged
export class IgemmPlan {
  /** Addresses in the table, one an output pixel, the last one repeated up to a multiple of MR. */
  positions: usize;
  weights: usize;
  /** Output pixels of an image. */
  pixels: i32;
  kh: i32;
  kw: i32;
  /** In the table, from a tap to the one below, and to the one at its right. */
  tapRow: i32;
  tapColumn: i32;
  groups: i32;
  icPerGroup: i32;
  ocPerGroup: i32;
  /** Panels of NR output channels in a group, and bytes of one. */
  panels: i32;
  panelBytes: i32;
  /** Output pixels in a block, a multiple of MR, and blocks in an image. */
  blockPixels: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Jobs `start` to `end` of images x blocks x groups x panels, panels innermost. `residual` is 0 for none. */
@inline
function igemm(
  MR: i32,
  NR: i32,
  plan: IgemmPlan,
  input: usize,
  output: usize,
  residual: usize,
  start: i32,
  end: i32,
): void {
  const residualDelta = residual ? residual - output : 0;
  // Loop 2, jobs: splits the output into blocks of pixels by panels of channels; neighbours share a block of the input.
  for (let job = start; job < end; job++) {
    const panel = job % plan.panels;
    const group = (job / plan.panels) % plan.groups;
    const block = (job / (plan.panels * plan.groups)) % plan.blocks;
    const image = job / (plan.panels * plan.groups * plan.blocks);

    const base = input + image * plan.inputImage + ((group * plan.icPerGroup) << 2);
    const w = plan.weights + (group * plan.panels + panel) * plan.panelBytes;
    const nr = min<i32>(NR, plan.ocPerGroup - panel * NR);
    const first = block * plan.blockPixels;
    const last = min<i32>(first + plan.blockPixels, plan.pixels);
    let c =
      output + image * plan.outputImage + first * plan.outputPixel + ((group * plan.ocPerGroup + panel * NR) << 2);
    // Loop 1, tiles: splits the block into MR pixels; the panel of weights stays in cache over all of them.
    for (let pixel = first; pixel < last; pixel += MR) {
      const positions = plan.positions + (pixel << 2);
      const mr = min<i32>(MR, last - pixel);
      // MR is a constant where this is inlined, so one of these is left.
      if (MR == 4) tile4x8(plan, base, positions, w, c, residualDelta, mr, nr);
      else if (MR == 6) tile6x8(plan, base, positions, w, c, residualDelta, mr, nr);
      else tile8x4(plan, base, positions, w, c, residualDelta, mr, nr);
      c += MR * plan.outputPixel;
    }
  }
}

export function igemm4x8(plan: IgemmPlan, input: usize, output: usize, residual: usize, start: i32, end: i32): void {
  igemm(4, 8, plan, input, output, residual, start, end);
}

export function igemm6x8(plan: IgemmPlan, input: usize, output: usize, residual: usize, start: i32, end: i32): void {
  igemm(6, 8, plan, input, output, residual, start, end);
}

export function igemm8x4(plan: IgemmPlan, input: usize, output: usize, residual: usize, start: i32, end: i32): void {
  igemm(8, 4, plan, input, output, residual, start, end);
}
