/** Depthwise convolution: each output channel reads one input channel. */

import { type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Arena } from "../arena.js";
import type { DepthwiseTile } from "../kernel-set.js";
import { DWCONV_PARAMS, writeParams } from "../params.js";
import { createPixelTable } from "../pixel-table.js";
import { fillZeros, giveWay, SLICE, type Sliced } from "../slices.js";
import { storageLayout } from "../storage.js";
import type { Algorithm } from "./algorithm.js";

/** The tile for any kernel, stride and dilation: one pixel at a time. */
const ANY: Pick<DepthwiseTile, "kernel" | "pixels" | "lanes"> = { kernel: "depthwise", pixels: 1, lanes: 4 };

export const depthwise: Algorithm = {
  name: "depthwise",
  supports: (problem, { depthwise: tiles }) =>
    problem.g === problem.ic && (problem.g === problem.oc || tileOf(problem, tiles) !== undefined),
  *plan({ tiles, arena, leastJobs }, problem, weights) {
    const { n, oc, oh, ow, kh, kw } = problem;
    const special = tileOf(problem, tiles.depthwise);
    const { kernel, pixels, lanes } = special ?? ANY;
    const division = divide(n * oh, ow, oc, pixels, leastJobs);
    const table = yield* createPixelTable(arena, problem);
    const packed = yield* packWeights(arena, problem, weights, lanes);
    const [min, max] = activationRange(problem.activation);
    const params = writeParams(arena, DWCONV_PARAMS, {
      table: table.address,
      weights: packed,
      oh,
      ow,
      channels: oc,
      kh,
      kw,
      pixelRow: table.pixelRow,
      pixelColumn: table.pixelColumn,
      tapRow: table.tapRow,
      tapColumn: table.tapColumn,
      panelBytes: 4 * lanes * (1 + kh * kw),
      ...division,
      inputImage: storageLayout(inputShape(problem)).image,
      outputImage: storageLayout(outputShape(problem)).image,
      outputPixel: 4 * oc,
      min,
      max,
    });
    return {
      algorithm: special ? `depthwise-${kh}x${kw}` : "depthwise",
      arithmetic: "direct",
      steps: [{ kernel, params, jobs: n * oh * division.blocks * division.chunks }],
      // Each worker has a tile of outputs and a tile of residuals, for the last channels.
      workspace: { shared: 0, own: 2 * 4 * pixels * lanes },
      readsZeros: table.readsZeros,
    };
  },
};

/** The tile for the problem's size, stride and multiplier, if a row of outputs has at least as many pixels as the tile. */
function tileOf(
  { g, oc, ow, kh, kw, sw, dw }: Conv2dProblem,
  tiles: readonly DepthwiseTile[],
): DepthwiseTile | undefined {
  return tiles.find(
    ({ size, stride, multiplier, pixels }) =>
      kh === size && kw === size && sw === stride && dw === 1 && oc === multiplier * g && ow >= pixels,
  );
}

interface Division {
  readonly blockPixels: number;
  readonly blocks: number;
  readonly chunkChannels: number;
  readonly chunks: number;
}

/** A chunk of channels has at least one cache line of channels, so that no two workers write to one line. */
const LEAST_CHUNK = 16;

/** Cuts rows into blocks of pixels where there are fewer rows than jobs wanted. If that is not enough, cuts channels into chunks. */
function divide(rows: number, ow: number, channels: number, pixels: number, leastJobs: number): Division {
  const wantedBlocks = Math.ceil(leastJobs / rows);
  // A block has whole tiles, and at least one.
  const blockPixels = pixels * Math.max(1, Math.floor(ow / (pixels * wantedBlocks)));
  const blocks = wantedBlocks === 1 ? 1 : Math.max(1, Math.floor(ow / blockPixels));
  const wantedChunks = Math.ceil(leastJobs / (rows * blocks));
  const chunkChannels = Math.min(
    channels,
    LEAST_CHUNK * Math.max(1, Math.floor(channels / (LEAST_CHUNK * wantedChunks))),
  );
  return {
    blockPixels: blocks === 1 ? ow : blockPixels,
    blocks,
    chunkChannels: wantedChunks === 1 ? channels : chunkChannels,
    chunks: wantedChunks === 1 ? 1 : Math.ceil(channels / chunkChannels),
  };
}

/** OIHW to panels of `lanes` channels: as many biases, then as many weights for each tap. Channels past the last are zeros. */
function* packWeights(arena: Arena, p: Conv2dProblem, { weight, bias }: Conv2dWeights, lanes: number): Sliced<number> {
  const taps = p.kh * p.kw;
  const panelSize = lanes * (1 + taps);
  const count = Math.ceil(p.oc / lanes) * panelSize;
  const address = arena.allocate(4 * count, "packed weights");
  const view = (): Float32Array => arena.f32.subarray(address / 4, address / 4 + count);
  yield* fillZeros(view);
  let packed = view();
  let sliceEnd = SLICE;
  for (let channel = 0; channel < p.oc; channel++) {
    if (channel * taps >= sliceEnd) {
      yield* giveWay();
      packed = view();
      sliceEnd = channel * taps + SLICE;
    }
    let to = Math.floor(channel / lanes) * panelSize + (channel % lanes);
    if (bias) packed[to] = bias[channel]!;
    for (let tap = 0; tap < taps; tap++) {
      to += lanes;
      packed[to] = weight[channel * taps + tap]!;
    }
  }
  return address;
}
