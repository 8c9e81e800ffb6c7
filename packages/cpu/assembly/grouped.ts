/**
 * Groups of few channels, at stride and dilation 1 along the width: tiles of neighbouring pixels that share their inputs.
 * The kernel reads through the same table as the indirect GEMM. Weights are packed in panels of 4 output channels of a group: 4
 * biases, then 4 weights for each row of taps, each input channel, and each tap of the row.
 */

import { GroupedParams } from "./params";
import { groupedW3_4x4 } from "./ukernels/f32-grouped-w3-4x4";
import { groupedW3_4x8 } from "./ukernels/f32-grouped-w3-4x8";

const PIXELS = 4;
const NR = 4;

/** Computes the jobs `start` to `end` of images x rows x chunks of groups, chunks innermost. `residual` is 0 if there is none. */
@inline
function rows(
  PAIRS: bool,
  params: GroupedParams,
  input: usize,
  output: usize,
  residual: usize,
  start: i32,
  end: i32,
): void {
  const residualDelta = residual ? residual - output : 0;
  const step = params.outputPixel;
  const ocPerGroup = params.ocPerGroup;
  const icBytes: usize = params.icPerGroup << 2;
  // Loop 3, jobs: splits the output into rows, and few rows into chunks of groups.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const row = job / params.chunks;
    const y = row % params.oh;
    const image = row / params.oh;
    const firstGroup = chunk * params.chunkGroups;
    const lastGroup = min<i32>(firstGroup + params.chunkGroups, params.groups);
    const t = params.table + y * params.pixelRow;
    const firstInput = input + image * params.inputImage + firstGroup * icBytes;
    const firstOutput = output + image * params.outputImage + y * params.ow * step + ((firstGroup * ocPerGroup) << 2);
    // Loop 2, tiles: splits the row into pixels. The last tile computes some pixels again, which is faster than single pixels.
    for (let x = 0; x < params.ow; x += PIXELS) {
      x = min<i32>(x, params.ow - PIXELS);
      const tap = t + (x << 2);
      let w = params.weights + firstGroup * params.panels * params.panelBytes;
      let base = firstInput;
      let c = firstOutput + x * step;
      // The number of output channels of the group from this panel on.
      let left = ocPerGroup;
      // Loop 1, panels of all groups, which lie side by side. With an odd number the last panel is alone.
      for (let panels = (lastGroup - firstGroup) * params.panels; panels > 0; panels--) {
        const nr = min<i32>(left, NR);
        const next = left > NR ? 0 : icBytes;
        left = left > NR ? left - NR : ocPerGroup;
        // If each panel is a whole group, one call computes all panels, except an odd last one.
        const tiles = ocPerGroup > NR ? 1 : PAIRS ? panels >> 1 : panels;
        if (PAIRS && panels > 1) {
          const nr1 = min<i32>(left, NR);
          groupedW3_4x8(params, base, tap, w, c, step, residualDelta, nr, nr1, next, tiles);
          base += next;
          if (left <= NR) base += icBytes;
          // All tiles except the first. They exist only if each panel is a group.
          base += (tiles - 1) * (icBytes << 1);
          left = left > NR ? left - NR : ocPerGroup;
          w += tiles * (params.panelBytes << 1);
          c += tiles * ((nr + nr1) << 2);
          panels -= 2 * tiles - 1;
        } else {
          groupedW3_4x4(params, base, tap, w, c, step, residualDelta, nr, PAIRS ? 1 : tiles);
          base += next;
          w += params.panelBytes;
          c += nr << 2;
          if (!PAIRS && tiles > 1) break;
        }
      }
    }
  }
}

export function grouped3_4x4(
  params: GroupedParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  rows(false, params, input, output, residual, start, end);
}

export function grouped3_4x8(
  params: GroupedParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  rows(true, params, input, output, residual, start, end);
}
