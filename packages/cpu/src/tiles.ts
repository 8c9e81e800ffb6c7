/**
 * The tiles that suit each engine. A program cannot ask how many vectors an engine's register allocator keeps in registers, so the tables follow
 * measurements; docs/kernels.md, "Tiles" and "Depthwise", has the figures.
 */

import type { DepthwiseTile, IgemmTile, KernelName, Tiles, WinogradTile } from "./kernel-set.js";

/**
 * `"few"`: eight accumulators stay in registers, twelve do not (V8 up to 12.4, and any without fused multiply-add).
 * `"many"`: twelve do (V8 from 13.6 on, with fused multiply-add). `"wide"`: pairs of vectors become one of 256 bits (V8 with
 * `--experimental-wasm-revectorize`).
 */
export type Registers = "few" | "many" | "wide";

const winograd = (mr: number, nr: number): WinogradTile => ({
  mr,
  nr,
  multiply: `winogradMultiply${mr}x${nr}` as KernelName,
  blocks: `winogradBlocks${mr}x${nr}` as KernelName,
});

const tile = (mr: number, nr: number, speed: number): IgemmTile => ({
  mr,
  nr,
  streams: mr === 1 ? 2 : 1,
  kernel: `igemm${mr}x${nr}` as KernelName,
  speed,
});

/**
 * Tiles for engines that keep the source's order of instructions: two or four vectors of channels, with all rows of taps unrolled. The tiles for a
 * 5x5 kernel at stride 2 and for a multiplier of two loop over the rows instead. They take 2 and 8 % more time, and 1.7 and 0.9 kB less to
 * download.
 */
const UNROLLED: readonly DepthwiseTile[] = [
  { size: 3, stride: 1, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise3x3s1_4x8" },
  { size: 3, stride: 2, multiplier: 1, pixels: 2, lanes: 16, kernel: "depthwise3x3s2_2x16" },
  { size: 5, stride: 1, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise5x5s1_4x8" },
  { size: 5, stride: 2, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise5x5s2_4x8" },
  { size: 3, stride: 1, multiplier: 2, pixels: 4, lanes: 8, kernel: "depthwise3x3s1m2_4x8" },
];

/**
 * Tiles with a loop over the rows of taps, for older engines. Such an engine moves every load of a block to the top of
 * the block, and then runs out of registers.
 */
const LOOPED: readonly DepthwiseTile[] = [
  { size: 3, stride: 1, multiplier: 1, pixels: 4, lanes: 4, kernel: "depthwise3x3s1_4x4" },
  { size: 3, stride: 2, multiplier: 1, pixels: 1, lanes: 8, kernel: "depthwise3x3s2_1x8" },
  { size: 5, stride: 1, multiplier: 1, pixels: 4, lanes: 4, kernel: "depthwise5x5s1_4x4" },
  { size: 5, stride: 2, multiplier: 1, pixels: 2, lanes: 4, kernel: "depthwise5x5s2_2x4" },
  { size: 3, stride: 1, multiplier: 2, pixels: 4, lanes: 8, kernel: "depthwise3x3s1m2_4x8" },
];

const grouped = (channels: number): NonNullable<Tiles["grouped"]> => ({
  kernel: `grouped3_4x${channels}` as KernelName,
  pixels: 4,
});

export const TILES: Readonly<Record<Registers, Tiles>> = {
  few: {
    igemm: [tile(4, 8, 30), tile(8, 4, 22), tile(1, 32, 20)],
    depthwise: LOOPED,
    grouped: grouped(4),
    winograd: winograd(4, 8),
  },
  many: {
    igemm: [tile(6, 8, 40), tile(8, 4, 28), tile(1, 32, 20)],
    depthwise: UNROLLED,
    grouped: grouped(8),
    winograd: winograd(6, 8),
  },
  wide: {
    igemm: [tile(6, 16, 94), tile(6, 8, 66), tile(8, 4, 28), tile(1, 32, 40)],
    depthwise: UNROLLED,
    grouped: grouped(8),
    winograd: winograd(6, 16),
  },
};
