/**
 * Groups of few channels, at stride and dilation 1 along the width: tiles of neighbouring pixels that share their inputs.
 * Reads through the same table as the indirect GEMM. Weights are packed in panels of 4 output channels of a group: 4 biases,
 * then for each row of taps and input channel 4 weights for each of its taps.
 */

import { GroupedParams } from "./params";
import { groupedW3 } from "./ukernels/f32-grouped-w3-4x4";

const PIXELS = 4;
const NR = 4;

/** Jobs `start` to `end` of images x rows x chunks of groups, chunks innermost. `residual` is 0 for none. */
export function grouped3(
  params: GroupedParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  const residualDelta = residual ? residual - output : 0;
  const step = params.outputPixel;
  const ocPerGroup = params.ocPerGroup;
  // Loop 3, jobs: splits the output into rows, and where these are few, into chunks of groups.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const row = job / params.chunks;
    const y = row % params.oh;
    const image = row / params.oh;
    const firstGroup = chunk * params.chunkGroups;
    const lastGroup = min<i32>(firstGroup + params.chunkGroups, params.groups);
    const base = input + image * params.inputImage;
    const t = params.table + y * params.pixelRow;
    const c = output + image * params.outputImage + y * params.ow * step;
    // Loop 2, tiles: splits the row into pixels; the last tile computes some pixels again instead of going one by one.
    for (let x = 0; x < params.ow; x += PIXELS) {
      x = min<i32>(x, params.ow - PIXELS);
      const tap = t + (x << 2);
      let at = c + x * step + ((firstGroup * ocPerGroup) << 2);
      let w = params.weights + firstGroup * params.panels * params.panelBytes;
      // Loop 1, groups and their panels, which lie side by side.
      for (let group = firstGroup; group < lastGroup; group++) {
        const from = base + ((group * params.icPerGroup) << 2);
        for (let left = ocPerGroup; left > 0; left -= NR) {
          groupedW3(params, from, tap, w, at, step, residualDelta, left);
          w += params.panelBytes;
          at += min<i32>(left, NR) << 2;
        }
      }
    }
  }
}
