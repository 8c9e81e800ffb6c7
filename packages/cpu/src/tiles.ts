/**
 * Which tiles suit which engine. Nothing tells how many vectors an engine's register allocator really keeps in registers,
 * so the tables are by what was measured; docs/kernels.md, "Tiles" and "Depthwise", has the figures.
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
  kernel: `igemm${mr}x${nr}` as KernelName,
  speed,
});

/** One row of taps after the other, so that the engine's own order of instructions is the source's. */
const UNROLLED: readonly DepthwiseTile[] = [
  { size: 3, stride: 1, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise3x3s1" },
  { size: 3, stride: 2, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise3x3s2" },
  { size: 5, stride: 1, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise5x5s1" },
  { size: 5, stride: 2, multiplier: 1, pixels: 4, lanes: 8, kernel: "depthwise5x5s2" },
  { size: 3, stride: 1, multiplier: 2, pixels: 4, lanes: 8, kernel: "depthwise3x3s1m2" },
];

/** A loop over the rows of taps: older engines move every load of a block to its top, and then run out of registers. */
const LOOPED: readonly DepthwiseTile[] = [
  { size: 3, stride: 1, multiplier: 1, pixels: 4, lanes: 4, kernel: "depthwise3x3s1Loop" },
  { size: 3, stride: 2, multiplier: 1, pixels: 2, lanes: 4, kernel: "depthwise3x3s2Loop" },
  { size: 5, stride: 1, multiplier: 1, pixels: 4, lanes: 4, kernel: "depthwise5x5s1Loop" },
  { size: 5, stride: 2, multiplier: 1, pixels: 2, lanes: 4, kernel: "depthwise5x5s2Loop" },
  { size: 3, stride: 1, multiplier: 2, pixels: 4, lanes: 8, kernel: "depthwise3x3s1m2Loop" },
];

const GROUPED: Tiles["grouped"] = { kernel: "grouped3", pixels: 4 };

export const TILES: Readonly<Record<Registers, Tiles>> = {
  few: {
    igemm: [tile(4, 8, 30), tile(8, 4, 22), tile(1, 16, 15), tile(1, 32, 20)],
    depthwise: LOOPED,
    grouped: GROUPED,
    winograd: winograd(4, 8),
  },
  many: {
    igemm: [tile(6, 8, 40), tile(8, 4, 28), tile(1, 16, 15), tile(1, 32, 20)],
    depthwise: UNROLLED,
    grouped: GROUPED,
    winograd: winograd(6, 8),
  },
  wide: {
    igemm: [tile(6, 16, 94), tile(6, 8, 66), tile(8, 4, 28), tile(1, 16, 25), tile(1, 32, 40)],
    depthwise: UNROLLED,
    grouped: GROUPED,
    winograd: winograd(6, 16),
  },
};
