/** Indirect GEMM: takes every problem. Standard, grouped and pointwise convolutions run here. */

import { activationRange, type Conv2dProblem, type Conv2dWeights, inputShape, outputShape } from "@convene/core";
import type { IgemmTile } from "../kernel-set.js";
import type { Arena } from "../memory.js";
import { createPixelTable, type PixelTable } from "../pixel-table.js";
import { IGEMM_FIELDS, writePlan } from "../plan-fields.js";
import { storageLayout } from "../storage.js";
import type { Algorithm, BlockLimits } from "./algorithm.js";

/**
 * Bytes of input that a block of output pixels covers (at stride 1). Every panel of weights passes over a block once, so
 * a block should stay in a level-2 cache; and all weights are streamed once for each block, so it should not be smaller
 * than they are. docs/kernels.md, "Blocks", has the measurement.
 */
export const BLOCK_LIMITS: BlockLimits = { least: 128 * 1024, most: 1024 * 1024 };

export const igemm: Algorithm = {
  name: "igemm",
  supports: () => true,
  prepare({ tiles, arena, blockLimits, leastJobs }, problem, weights) {
    const { n, g, ic, oc, oh, ow, kh, kw } = problem;
    const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
    const tile = chooseTile(tiles, ocPerGroup);
    const panels = Math.ceil(ocPerGroup / tile.nr);
    const pixels = oh * ow;
    const panelBytes = 4 * tile.nr * (1 + kh * kw * icPerGroup);
    const blockBytes = Math.min(Math.max(g * panels * panelBytes, blockLimits.least), blockLimits.most);
    const imageTiles = Math.ceil(pixels / tile.mr);
    const leastBlocks = Math.ceil(leastJobs / (n * g * panels));
    const blockTiles = Math.min(Math.floor(blockBytes / (4 * ic * tile.mr)), Math.floor(imageTiles / leastBlocks));
    const blockPixels = tile.mr * Math.max(1, Math.min(blockTiles, imageTiles));
    const blocks = Math.ceil(pixels / blockPixels);

    const table = createPixelTable(arena, problem);
    const positions = createPositions(arena, problem, table, tile.mr);
    const packed = packWeights(arena, problem, weights, tile.nr);
    const [min, max] = activationRange(problem.activation);
    const plan = writePlan(arena, IGEMM_FIELDS, {
      positions,
      weights: packed,
      pixels,
      kh,
      kw,
      tapRow: problem.dh * table.row,
      tapColumn: problem.dw * table.column,
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
      algorithm: `igemm-${tile.mr}x${tile.nr}`,
      kernel: tile.kernel,
      plan,
      jobs: n * blocks * g * panels,
      readsZeros: table.readsZeros,
    };
  },
};

/** The narrowest tile that holds a group's output channels in one panel; the widest where they need several. */
function chooseTile(tiles: readonly IgemmTile[], ocPerGroup: number): IgemmTile {
  return tiles.find((tile) => tile.nr >= ocPerGroup) ?? tiles.at(-1)!;
}

/** For each output pixel the address in the table of its first tap; the last one repeated up to a multiple of `mr`. */
function createPositions(arena: Arena, p: Conv2dProblem, table: PixelTable, mr: number): number {
  const pixels = p.oh * p.ow;
  const count = Math.ceil(pixels / mr) * mr;
  const address = arena.allocate(4 * count, "an indirection buffer");
  const { i32 } = arena;
  for (let i = 0; i < count; i++) {
    const pixel = Math.min(i, pixels - 1);
    const [oy, ox] = [Math.floor(pixel / p.ow), pixel % p.ow];
    i32[address / 4 + i] = table.address + oy * p.sh * table.row + ox * p.sw * table.column;
  }
  return address;
}

/**
 * OIHW to panels of `nr` output channels of a group: `nr` biases, then for each tap and input channel `nr` weights.
 * Channels past the last are zeros.
 */
function packWeights(arena: Arena, p: Conv2dProblem, { weight, bias }: Conv2dWeights, nr: number): number {
  const icPerGroup = p.ic / p.g;
  const ocPerGroup = p.oc / p.g;
  const taps = p.kh * p.kw;
  const panels = Math.ceil(ocPerGroup / nr);
  const panelSize = nr * (1 + taps * icPerGroup);
  const address = arena.allocate(4 * p.g * panels * panelSize, "packed weights");
  const packed = arena.f32.subarray(address / 4, address / 4 + p.g * panels * panelSize).fill(0);
  for (let o = 0; o < p.oc; o++) {
    const [group, channel] = [Math.floor(o / ocPerGroup), o % ocPerGroup];
    let to = (group * panels + Math.floor(channel / nr)) * panelSize + (channel % nr);
    if (bias) packed[to] = bias[o]!;
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < icPerGroup; i++) {
        to += nr;
        packed[to] = weight[(o * icPerGroup + i) * taps + tap]!;
      }
    }
  }
  return address;
}
