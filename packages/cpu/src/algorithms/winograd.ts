/** Winograd's minimal filtering: dense and grouped 3x3 convolutions at stride 1, where accuracy "fast" allows it. */

import { type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Arena } from "../arena.js";
import { IGEMM_PARAMS, WINOGRAD_PARAMS, writeParams } from "../params.js";
import { createPixelTable, type TableLines } from "../pixel-table.js";
import { fillZeros, giveWay, SLICE, type Sliced } from "../slices.js";
import { storageLayout } from "../storage.js";
import type { Algorithm, Step } from "./algorithm.js";
import { transformKernel } from "./winograd-weights.js";

/**
 * The least input and output channels of a group, for images of any size. Between `FEW` and this number the transforms pay if the product of the
 * two numbers and the pixels of the outputs are large enough. The direct sum took 1.4 to 1.7 times as long with 16→8 @28 and 8→16 @56, 1.0 to
 * 1.2 with 8→16 @14, 1.2 with 12→12 @14, 0.9 to 1.2 with 12→12 @7, 0.8 to 1.0 with 8→8 @14, and 0.5 to 0.9 with 4→4 (one thread, Node 20 and
 * 24, AMD EPYC).
 */
const LEAST_CHANNELS = 16;
const FEW = 8;
const LEAST_PRODUCT = 128;
const LEAST_PIXELS = 144;

/**
 * The most tiles in a block. A block's transformed input has as many bytes as the weights, within limits, because all weights are streamed
 * once for each block. docs/kernels.md, "Winograd", has the measurement.
 */
const MOST_TILES = 24;
const BLOCK_BYTES = { least: 256 * 1024, most: 1024 * 1024 } as const;

/**
 * The most multiplications of a dilated problem, as a share of the direct sum's. The direct sum took 1.7 to 1.8 times as long with a share of
 * 0.44, 1.4 with 0.51, 1.2 to 1.3 with 0.55, and 0.86 with 0.79 (64→64 @14 with dilation 7 and 5, 32→32 @9 with dilation 4 as F(2x2) and as
 * F(4x4); Node 20 and 24, AMD EPYC).
 */
const MOST_MULTIPLICATIONS = 0.6;

/** Bytes of a worker's own scratch before the products: see assembly/winograd.ts. */
const SCRATCH_BYTES = 32 * 36 + 2 * 4 * 16 * 16;

/** Bytes of space between two products in memory. Without this space all products of a tile fall into one set of the cache. */
const SKEW = 64;

export const winograd: Algorithm = {
  name: "winograd",
  supports: (problem, tiles, accuracy) => {
    const { kh, kw, sh, sw } = problem;
    return (
      accuracy === "fast" &&
      tiles.winograd !== undefined &&
      kh === 3 &&
      kw === 3 &&
      sh === 1 &&
      sw === 1 &&
      hasChannels(problem) &&
      isDense(problem)
    );
  },
  *plan({ tiles, arena, leastJobs }, problem, weights) {
    const { mr, nr, multiply, blocks: inBlocks } = tiles.winograd!;
    const { n, g, ic, oc, oh, ow, dh, dw } = problem;
    const m = outputsOf(problem);
    const products = (m + 2) ** 2;
    const ocPerGroup = oc / g;
    const panels = Math.ceil(ocPerGroup / nr);
    const [vertical, horizontal] = [layTiles(oh, dh, m), layTiles(ow, dw, m)];
    const rowTiles = horizontal.tiles;
    const imageTiles = vertical.tiles * rowTiles;
    const count = n * imageTiles;

    // The transforms take eight channels at a time.
    const uTile = 4 * 8 * Math.ceil(ic / 8);
    const weightBytes = 4 * products * (ic / g) * oc;
    const blockBytes = Math.min(Math.max(weightBytes, BLOCK_BYTES.least), BLOCK_BYTES.most);
    const most = Math.max(mr, Math.min(MOST_TILES, Math.floor(blockBytes / (products * uTile))));
    const blockTiles = Math.ceil(count / Math.ceil(count / most));
    const blocks = Math.ceil(count / blockTiles);
    const uStep = blockTiles * uTile + SKEW;
    const uBlock = products * uStep;
    // The matrix product has whole tiles, so rows past a block's last row are computed too.
    const pStep = 4 * nr * mr * Math.ceil(blockTiles / mr);

    const table = yield* createPixelTable(arena, problem, { lines: [vertical, horizontal] });
    const outputRow = 4 * oc * ow;
    const packed = yield* packWeights(arena, problem, weights, m, nr);
    const [min, max] = activationRange(problem.activation);
    const params = writeParams(arena, WINOGRAD_PARAMS, {
      m,
      tableRow: table.row,
      rows: writeTiles(arena, vertical, table.address, table.row, outputRow, m),
      columns: writeTiles(arena, horizontal, 0, 4, 4 * oc, m),
      ...packed,
      gemm: writeGemm(arena, ic / g, uTile, blockTiles, mr),
      channels: ic,
      groups: g,
      ocPerGroup,
      panels,
      panelBytes: 4 * nr * (1 + ic / g),
      tiles: count,
      imageTiles,
      rowTiles,
      blockTiles,
      blocks,
      uTile,
      uStep,
      uBlock,
      pStep,
      inputImage: storageLayout(inputShape(problem)).image,
      outputImage: storageLayout(outputShape(problem)).image,
      outputRow: dh * outputRow,
      outputColumn: dw * 4 * oc,
      min,
      max,
    });
    const own = SCRATCH_BYTES + products * pStep;
    const oneStep = blocks >= leastJobs;
    const steps: readonly Step[] = oneStep
      ? [{ kernel: inBlocks, params, jobs: blocks }]
      : [
          { kernel: "winogradTransform", params, jobs: count },
          { kernel: multiply, params, jobs: blocks * g * panels },
        ];
    return {
      algorithm: `winograd-${m}x${m}`,
      arithmetic: "transformed",
      steps,
      workspace: oneStep ? { shared: 0, own: own + uBlock } : { shared: blocks * uBlock, own },
      readsZeros: table.readsZeros,
    };
  },
};

/** Whether a group has enough channels for the transforms to pay. */
function hasChannels({ n, g, ic, oc, oh, ow }: Conv2dProblem): boolean {
  const least = Math.min(ic, oc) / g;
  return least >= LEAST_CHANNELS || (least >= FEW && ic * oc >= LEAST_PRODUCT * g * g && n * oh * ow >= LEAST_PIXELS);
}

/**
 * Whether the tiles do enough less than the direct sum. Without dilation they always do. With dilation each phase has its own tiles, and the
 * tiles of a short phase compute many outputs in vain.
 */
function isDense(problem: Conv2dProblem): boolean {
  const { oh, ow, dh, dw } = problem;
  return dh * dw === 1 || multiplications(problem, outputsOf(problem)) <= MOST_MULTIPLICATIONS * 9 * oh * ow;
}

/**
 * F(4x4) if an image has more than two rows and columns of outputs. On smaller images F(2x2) computes fewer outputs in vain. With dilation,
 * the tile that multiplies less.
 */
function outputsOf(problem: Conv2dProblem): 2 | 4 {
  const { oh, ow, dh, dw } = problem;
  if (dh * dw === 1) return oh <= 2 && ow <= 2 ? 2 : 4;
  return multiplications(problem, 2) < multiplications(problem, 4) ? 2 : 4;
}

/** The multiplications of an image, for one pair of channels. */
function multiplications({ oh, ow, dh, dw }: Conv2dProblem, m: 2 | 4): number {
  return layTiles(oh, dh, m).tiles * layTiles(ow, dw, m).tiles * (m + 2) ** 2;
}

/** Phases of the same number of outputs, one after the other: their number, and of each the outputs, tiles, and entries in the table. */
interface Phases {
  readonly count: number;
  readonly outputs: number;
  readonly tiles: number;
  readonly entries: number;
}

/** The tiles along an axis, phase by phase, and the padded coordinates that they read. Nothing here is a list, because an axis may be long. */
interface TileAxis extends TableLines {
  readonly tiles: number;
  readonly phases: readonly Phases[];
}

/**
 * The tiles along an axis. An output y reads the padded coordinates y, y + d and y + 2d, so the outputs of one phase, y mod d, are a
 * convolution without dilation of the coordinates of this phase. The first phases may have one output more than the others.
 */
function layTiles(outputs: number, dilation: number, m: number): TileAxis {
  const phasesOf = (count: number, own: number): Phases => {
    const tiles = Math.ceil(own / m);
    return { count, outputs: own, tiles, entries: m * tiles + 2 };
  };
  const least = Math.floor(outputs / dilation);
  const long = phasesOf(outputs % dilation, least + 1);
  const short = phasesOf(least && dilation - long.count, least);
  const inLong = long.count * long.entries;
  return {
    phases: [long, short],
    tiles: long.count * long.tiles + short.count * short.tiles,
    count: inLong + short.count * short.entries,
    coordinate: (entry) => {
      const [first, { entries }, at] = entry < inLong ? [0, long, entry] : [long.count, short, entry - inLong];
      return first + Math.floor(at / entries) + dilation * (at % entries);
    },
  };
}

/**
 * Writes three numbers for each row or column of tiles, and returns their address: the address in the table (for columns, bytes), the bytes
 * to the first output, and the number of outputs.
 */
function writeTiles(
  arena: Arena,
  { tiles, phases, coordinate }: TileAxis,
  table: number,
  entryBytes: number,
  outputBytes: number,
  m: number,
): number {
  const address = arena.allocate(12 * tiles, "an indirection buffer");
  let to = address / 4;
  let entry = 0;
  for (const { count, outputs, entries } of phases) {
    for (let phase = 0; phase < count; phase++, entry += entries) {
      for (let at = 0; at < outputs; at += m) {
        arena.i32[to++] = table + entryBytes * (entry + at);
        // The first tap of the output y reads the padded coordinate y.
        arena.i32[to++] = outputBytes * coordinate(entry + at);
        arena.i32[to++] = Math.min(m, outputs - at);
      }
    }
  }
  return address;
}

/** Writes the parameters of the products, and returns their address. A product is a pointwise convolution of one row of tiles, with an indirect GEMM's parameters. */
function writeGemm(arena: Arena, icPerGroup: number, uTile: number, tiles: number, mr: number): number {
  const rows = tiles + mr;
  const table = arena.allocate(4 * rows, "an indirection buffer");
  const positions = arena.allocate(4 * rows, "an indirection buffer");
  for (let row = 0; row < rows; row++) {
    // Rows past the last tile repeat the last tile.
    arena.i32[table / 4 + row] = Math.min(row, tiles - 1) * uTile;
    arena.i32[positions / 4 + row] = table + 4 * row;
  }
  return writeParams(arena, IGEMM_PARAMS, {
    ...(Object.fromEntries(IGEMM_PARAMS.map((name) => [name, 0])) as Record<(typeof IGEMM_PARAMS)[number], number>),
    positions,
    kh: 1,
    kw: 1,
    icPerGroup,
    min: -Infinity,
    max: Infinity,
  });
}

/**
 * OIHW to panels of `nr` output channels of a group. For each product a panel has `nr` zeros, with which sums start, then `nr` transformed
 * weights for each input channel. The biases lie apart: `nr` for each group and panel.
 */
function* packWeights(
  arena: Arena,
  { g, ic, oc }: Conv2dProblem,
  { weight, bias }: Conv2dWeights,
  m: 2 | 4,
  nr: number,
): Sliced<{ readonly weights: number; readonly bias: number }> {
  const products = (m + 2) ** 2;
  const icPerGroup = ic / g;
  const ocPerGroup = oc / g;
  const panels = Math.ceil(ocPerGroup / nr);
  const productSize = nr * (1 + icPerGroup);
  const count = g * panels * products * productSize;
  const address = arena.allocate(4 * count, "packed weights");
  const biasAddress = arena.allocate(4 * g * panels * nr, "packed biases");
  const view = (): Float32Array => arena.f32.subarray(address / 4, address / 4 + count);
  const biasView = (): Float32Array => arena.f32.subarray(biasAddress / 4, biasAddress / 4 + g * panels * nr);
  yield* fillZeros(view);
  yield* fillZeros(biasView);
  let packed = view();
  let biases = biasView();
  let written = 0;
  const kernel = new Float64Array(products);
  for (let o = 0; o < oc; o++) {
    const [group, channel] = [Math.floor(o / ocPerGroup), o % ocPerGroup];
    const panel = group * panels + Math.floor(channel / nr);
    const lane = channel % nr;
    if (bias) biases[panel * nr + lane] = bias[o]!;
    for (let i = 0; i < icPerGroup; i++) {
      transformKernel(m, weight, 9 * (o * icPerGroup + i), kernel);
      let to = panel * products * productSize + nr * (1 + i) + lane;
      for (let product = 0; product < products; product++, to += productSize) packed[to] = kernel[product]!;
      written += products;
      if (written < SLICE) continue;
      yield* giveWay();
      packed = view();
      biases = biasView();
      written = 0;
    }
  }
  return { weights: address, bias: biasAddress };
}
