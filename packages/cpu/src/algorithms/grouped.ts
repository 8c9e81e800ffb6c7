/**
 * Convolutions with kernels three taps wide over groups of few channels: grouped convolutions as in ResNeXt, and
 * depthwise convolutions with a multiplier.
 */

import { type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Arena } from "../arena.js";
import { GROUPED_PARAMS, writeParams } from "../params.js";
import { createPixelTable } from "../pixel-table.js";
import { fillZeros, giveWay, SLICE, type Sliced } from "../slices.js";
import { storageLayout } from "../storage.js";
import type { Algorithm } from "./algorithm.js";

/** Output channels in a packed panel: one vector. */
const NR = 4;

/**
 * With more output channels the wider tiles of the indirect GEMM are faster, unless there are so few input channels that its loop over
 * input channels is too short. docs/kernels.md, "Groups of few channels", has the measurement.
 */
const MOST_OUTPUTS = 4;
const FEW_INPUTS = 2;

export const grouped: Algorithm = {
  name: "grouped",
  supports: ({ g, ic, oc, ow, kw, sw, dw }, tiles) =>
    tiles.grouped !== undefined &&
    g > 1 &&
    kw === 3 &&
    sw === 1 &&
    dw === 1 &&
    ow >= tiles.grouped.pixels &&
    (oc / g <= MOST_OUTPUTS || ic / g <= FEW_INPUTS),
  *plan({ tiles, arena, leastJobs }, problem, weights) {
    const { kernel, pixels } = tiles.grouped!;
    const { n, g, ic, oc, oh, ow, kh } = problem;
    const icPerGroup = ic / g;
    const ocPerGroup = oc / g;
    const chunks = Math.min(g, Math.ceil(leastJobs / (n * oh)));
    const chunkGroups = Math.ceil(g / chunks);
    const table = yield* createPixelTable(arena, problem);
    const packed = yield* packWeights(arena, problem, weights);
    const [min, max] = activationRange(problem.activation);
    const jobs = n * oh * Math.ceil(g / chunkGroups);
    const params = writeParams(arena, GROUPED_PARAMS, {
      table: table.address,
      weights: packed,
      oh,
      ow,
      kh,
      groups: g,
      icPerGroup,
      ocPerGroup,
      panels: Math.ceil(ocPerGroup / NR),
      panelBytes: 4 * NR * (1 + kh * icPerGroup * problem.kw),
      chunkGroups,
      chunks: Math.ceil(g / chunkGroups),
      pixelRow: table.pixelRow,
      tapRow: table.tapRow,
      inputImage: storageLayout(inputShape(problem)).image,
      outputImage: storageLayout(outputShape(problem)).image,
      outputPixel: 4 * oc,
      min,
      max,
    });
    return {
      algorithm: `grouped-${pixels}x${NR}`,
      arithmetic: "direct",
      steps: [{ kernel, params, jobs }],
      workspace: { shared: 0, own: 0 },
      readsZeros: table.readsZeros,
    };
  },
};

/**
 * OIHW to panels of four output channels of a group: four biases, then for each row of taps and input channel four weights
 * for each tap of the row. Channels past the last are zeros.
 */
function* packWeights(arena: Arena, p: Conv2dProblem, { weight, bias }: Conv2dWeights): Sliced<number> {
  const icPerGroup = p.ic / p.g;
  const ocPerGroup = p.oc / p.g;
  const panels = Math.ceil(ocPerGroup / NR);
  const panelSize = NR * (1 + p.kh * icPerGroup * p.kw);
  const count = p.g * panels * panelSize;
  const address = arena.allocate(4 * count, "packed weights");
  const view = (): Float32Array => arena.f32.subarray(address / 4, address / 4 + count);
  yield* fillZeros(view);
  let packed = view();
  let written = 0;
  for (let o = 0; o < p.oc; o++) {
    const [group, channel] = [Math.floor(o / ocPerGroup), o % ocPerGroup];
    let to = (group * panels + Math.floor(channel / NR)) * panelSize + (channel % NR);
    if (bias) packed[to] = bias[o]!;
    for (let ky = 0; ky < p.kh; ky++) {
      for (let i = 0; i < icPerGroup; i++) {
        const from = ((o * icPerGroup + i) * p.kh + ky) * p.kw;
        for (let kx = 0; kx < p.kw; kx++) {
          to += NR;
          packed[to] = weight[from + kx]!;
        }
        written += p.kw;
        if (written < SLICE) continue;
        yield* giveWay();
        packed = view();
        written = 0;
      }
    }
  }
  return address;
}
