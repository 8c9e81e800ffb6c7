/** The indirect GEMM, which takes every problem. Standard, grouped and pointwise convolutions run here. */

import { type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Arena } from "../arena.js";
import type { IgemmTile } from "../kernel-set.js";
import { IGEMM_PARAMS, writeParams } from "../params.js";
import { createPixelTable } from "../pixel-table.js";
import { createPositions } from "../positions.js";
import { giveWay, SLICE, type Sliced } from "../slices.js";
import { storageLayout } from "../storage.js";
import type { Algorithm, BlockLimits } from "./algorithm.js";

/**
 * Bytes of input that a block of output pixels covers (at stride 1). Every panel of weights passes over a block once, so a block should
 * stay in a level-2 cache. All weights are streamed once for each block, so a block should not be smaller than the weights.
 * docs/kernels.md, "Blocks", has the measurement.
 */
export const BLOCK_LIMITS: BlockLimits = { least: 128 * 1024, most: 1024 * 1024 };

/**
 * In a batch, tiles cross from one image to the next if an image has fewer output pixels than this. In larger images at most a fiftieth of
 * the rows of tiles is computed in vain. Tiles that cross need a table for all images instead of a table for one.
 */
const CROSS_BELOW = 256;

/** The number of tiles of a ragged end that one call computes. assembly/igemm.ts has the same number. */
const SCRATCH_TILES = 4;

export const igemm: Algorithm = {
  name: "igemm",
  supports: () => true,
  *plan({ tiles, arena, blockLimits, leastJobs }, problem, weights) {
    const { n, g, ic, oc, oh, ow, kh, kw } = problem;
    const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
    const imagePixels = oh * ow;
    const crosses = n > 1 && imagePixels < CROSS_BELOW;
    const [passes, pixels] = crosses ? [1, n * imagePixels] : [n, imagePixels];
    const tile = chooseTile(tiles.igemm, pixels, ocPerGroup);
    const { mr, nr, streams } = tile;
    const panels = Math.ceil(ocPerGroup / nr);
    const panelBytes = 4 * nr * (1 + kh * kw * icPerGroup);
    const blockBytes = Math.min(Math.max(g * panels * panelBytes, blockLimits.least), blockLimits.most);
    const passTiles = Math.ceil(pixels / mr);
    const leastBlocks = Math.ceil(leastJobs / (passes * g * panels));
    const blockTiles = Math.min(Math.floor(blockBytes / (4 * ic * mr)), Math.floor(passTiles / leastBlocks));
    const blockPixels = mr * Math.max(1, Math.min(blockTiles, passTiles));
    const blocks = Math.ceil(pixels / blockPixels);

    const table = yield* createPixelTable(arena, problem, { images: crosses ? n : 1 });
    const positions = yield* createPositions(arena, problem, table, crosses ? n : 1, mr);
    const packed = yield* packWeights(arena, problem, weights, nr, streams);
    const [min, max] = activationRange(problem.activation);
    const params = writeParams(arena, IGEMM_PARAMS, {
      positions,
      weights: packed,
      pixels,
      imagePixels,
      kh,
      kw,
      tapRow: table.tapRow,
      tapColumn: table.tapColumn,
      groups: g,
      icPerGroup,
      ocPerGroup,
      panels,
      panelBytes,
      blockPixels,
      blocks,
      inputImage: storageLayout(inputShape(problem)).image,
      outputImage: storageLayout(outputShape(problem)).image,
      outputPixel: 4 * oc,
      min,
      max,
    });
    return {
      algorithm: `igemm-${mr}x${nr}`,
      arithmetic: "direct",
      steps: [{ kernel: tile.kernel, params, jobs: passes * blocks * g * panels }],
      // Each worker has tiles of outputs and of residuals, for ragged ends.
      workspace: { shared: 0, own: SCRATCH_TILES * 2 * 4 * mr * nr },
      readsZeros: table.readsZeros,
    };
  },
};

/** The tile that computes the output in the least time. Rows and columns that ragged ends compute in vain count too. */
function chooseTile(tiles: readonly IgemmTile[], pixels: number, ocPerGroup: number): IgemmTile {
  const time = ({ mr, nr, speed }: IgemmTile): number =>
    (tileRows(pixels, mr) * nr * Math.ceil(ocPerGroup / nr)) / speed;
  return tiles.reduce((best, tile) => (time(tile) < time(best) ? tile : best));
}

/**
 * The number of rows that are computed for `pixels` pixels. With tiles of 6 rows, the last tiles have 4 rows if that is
 * less work (assembly/igemm.ts).
 */
function tileRows(pixels: number, mr: number): number {
  const whole = mr * Math.ceil(pixels / mr);
  const rest = pixels % mr;
  if (mr !== 6 || rest === 0 || rest === 5) return whole;
  if (rest >= 3) return whole - 2;
  return pixels > 6 ? whole - 4 : whole;
}

/**
 * OIHW to panels of `width` output channels of a group. A panel consists of `streams` narrower panels. A narrow panel has a bias for each of
 * its channels, then for each tap and input channel a weight for each. Channels past the last are zeros.
 */
function* packWeights(
  arena: Arena,
  p: Conv2dProblem,
  { weight, bias }: Conv2dWeights,
  width: number,
  streams: number,
): Sliced<number> {
  const nr = width / streams;
  const icPerGroup = p.ic / p.g;
  const ocPerGroup = p.oc / p.g;
  const taps = p.kh * p.kw;
  const panels = streams * Math.ceil(ocPerGroup / width);
  const count = p.g * panels * nr * (1 + taps * icPerGroup);
  const address = arena.allocate(4 * count, "packed weights");
  const view = (): Float32Array => arena.f32.subarray(address / 4, address / 4 + count);
  let packed = view();
  const filter = icPerGroup * taps;
  let to = 0;
  let sliceEnd = SLICE;
  for (let group = 0; group < p.g; group++) {
    for (let first = 0; first < panels * nr; first += nr) {
      const channels = Math.max(0, Math.min(nr, ocPerGroup - first));
      const o = group * ocPerGroup + first;
      if (channels < nr) packed.fill(0, to, to + nr * (1 + filter));
      if (bias) packed.set(bias.subarray(o, o + channels), to);
      else packed.fill(0, to, to + nr);
      to += nr;
      for (let tap = 0; tap < taps; tap++) {
        packTap(weight, o * filter + tap, taps, filter, packed, to, nr, icPerGroup, channels);
        to += nr * icPerGroup;
        if (to < sliceEnd) continue;
        yield* giveWay();
        packed = view();
        sliceEnd = to + SLICE;
      }
    }
  }
  return address;
}

/** The weights of one tap of a panel, four output channels at a time. */
function packTap(
  weight: Float32Array,
  from: number,
  taps: number,
  filter: number,
  packed: Float32Array,
  to: number,
  nr: number,
  icPerGroup: number,
  channels: number,
): void {
  const end = to + nr * icPerGroup;
  let channel = 0;
  for (; channel + 4 <= channels; channel += 4) {
    let w0 = from + channel * filter;
    let w1 = w0 + filter;
    let w2 = w1 + filter;
    let w3 = w2 + filter;
    for (let at = to + channel; at < end; at += nr) {
      packed[at] = weight[w0]!;
      packed[at + 1] = weight[w1]!;
      packed[at + 2] = weight[w2]!;
      packed[at + 3] = weight[w3]!;
      w0 += taps;
      w1 += taps;
      w2 += taps;
      w3 += taps;
    }
  }
  for (; channel < channels; channel++) {
    let w = from + channel * filter;
    for (let at = to + channel; at < end; at += nr, w += taps) packed[at] = weight[w]!;
  }
}
