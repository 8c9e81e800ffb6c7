/** A row for every tile that is emitted from a template. */

import { type DwconvTile, dwconvTile, dwconvTileName } from "./f32-dwconv.js";
import { groupedTile } from "./f32-grouped.js";
import { type IgemmTile, igemmTile } from "./f32-igemm.js";
import { MINIMAL, winogradTransforms } from "./f32-winograd.js";

const IGEMM_TILES: readonly IgemmTile[] = [
  { mr: 1, nr: 32, streams: 2 },
  { mr: 4, nr: 8, streams: 1 },
  { mr: 4, nr: 16, streams: 1 },
  { mr: 6, nr: 8, streams: 1 },
  { mr: 6, nr: 16, streams: 1 },
  { mr: 8, nr: 4, streams: 1 },
];

const DWCONV_TILES: readonly DwconvTile[] = [
  { kernel: 3, stride: 1, multiplier: 1, pixels: 4, vectors: 2, rows: "unrolled" },
  { kernel: 3, stride: 1, multiplier: 1, pixels: 4, vectors: 1, rows: "loop" },
  { kernel: 3, stride: 2, multiplier: 1, pixels: 2, vectors: 4, rows: "unrolled" },
  { kernel: 3, stride: 2, multiplier: 1, pixels: 1, vectors: 2, rows: "loop" },
  { kernel: 5, stride: 1, multiplier: 1, pixels: 4, vectors: 2, rows: "unrolled" },
  { kernel: 5, stride: 1, multiplier: 1, pixels: 4, vectors: 1, rows: "loop" },
  { kernel: 5, stride: 2, multiplier: 1, pixels: 4, vectors: 2, rows: "loop" },
  { kernel: 5, stride: 2, multiplier: 1, pixels: 2, vectors: 1, rows: "loop" },
  { kernel: 3, stride: 1, multiplier: 2, pixels: 4, vectors: 2, rows: "loop" },
];

/** The emitted files of assembly/ukernels, by name. */
export const EMITTED: ReadonlyMap<string, string> = new Map([
  ...IGEMM_TILES.map((tile) => [`f32-igemm-${tile.mr}x${tile.nr}.ts`, igemmTile(tile)] as const),
  ...DWCONV_TILES.map((tile) => [`f32-dwconv-${dwconvTileName(tile)}.ts`, dwconvTile(tile)] as const),
  ["f32-grouped-w3-4x4.ts", groupedTile({ width: 3, pixels: 4, panels: 1 })],
  ["f32-grouped-w3-4x8.ts", groupedTile({ width: 3, pixels: 4, panels: 2 })],
  ...MINIMAL.map((minimal) => [`f32-winograd-${minimal.m}x${minimal.m}.ts`, winogradTransforms(minimal)] as const),
]);
