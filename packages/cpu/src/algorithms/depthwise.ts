/** Depthwise convolution with one output channel for each input channel. */

import { activationRange, type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import type { Arena } from "../memory.js";
import { createPixelTable } from "../pixel-table.js";
import { DWCONV_FIELDS, writePlan } from "../plan-fields.js";
import { storageLayout } from "../storage.js";
import type { Algorithm } from "./algorithm.js";

/** Channels in a packed panel: one vector. */
const PANEL = 4;

export const depthwise: Algorithm = {
  name: "depthwise",
  supports: ({ g, ic, oc }) => g === ic && g === oc,
  prepare({ arena }, problem, weights) {
    const { n, ic, oh, ow, kh, kw, sh, sw, dh, dw } = problem;
    const is3x3 = kh === 3 && kw === 3 && sw === 1 && dw === 1;
    const table = createPixelTable(arena, problem);
    const packed = packWeights(arena, problem, weights);
    const [min, max] = activationRange(problem.activation);
    const plan = writePlan(arena, DWCONV_FIELDS, {
      table: table.address,
      weights: packed,
      oh,
      ow,
      channels: ic,
      kh,
      kw,
      pixelRow: sh * table.row,
      pixelColumn: sw * table.column,
      tapRow: dh * table.row,
      tapColumn: dw * table.column,
      inputImage: storageLayout(inputShape(problem)).image,
      outputImage: storageLayout(outputShape(problem)).image,
      outputPixel: 4 * ic,
      min,
      max,
    });
    return {
      algorithm: is3x3 ? "depthwise-3x3" : "depthwise",
      kernel: is3x3 ? "depthwise3x3" : "depthwise",
      plan,
      jobs: n * oh,
      readsZeros: table.readsZeros,
    };
  },
};

/** OIHW to panels of four channels: four biases, then four weights for each tap. Channels past the last are zeros. */
function packWeights(arena: Arena, p: Conv2dProblem, { weight, bias }: Conv2dWeights): number {
  const taps = p.kh * p.kw;
  const panelSize = PANEL * (1 + taps);
  const count = Math.ceil(p.ic / PANEL) * panelSize;
  const address = arena.allocate(4 * count, "packed weights");
  const packed = arena.f32.subarray(address / 4, address / 4 + count).fill(0);
  for (let channel = 0; channel < p.ic; channel++) {
    let to = Math.floor(channel / PANEL) * panelSize + (channel % PANEL);
    if (bias) packed[to] = bias[channel]!;
    for (let tap = 0; tap < taps; tap++) {
      to += PANEL;
      packed[to] = weight[channel * taps + tap]!;
    }
  }
  return address;
}
