/**
 * The parameters of a problem as a kernel reads them: one 32-bit field after the other, in this order. The classes of the same name in
 * assembly/params.ts say what each means.
 */

import type { Arena } from "./arena.js";

export const IGEMM_PARAMS = [
  "positions",
  "weights",
  "pixels",
  "imagePixels",
  "kh",
  "kw",
  "tapRow",
  "tapColumn",
  "groups",
  "icPerGroup",
  "ocPerGroup",
  "panels",
  "panelBytes",
  "blockPixels",
  "blocks",
  "inputImage",
  "outputImage",
  "outputPixel",
  "min",
  "max",
] as const;

export const DWCONV_PARAMS = [
  "table",
  "weights",
  "oh",
  "ow",
  "channels",
  "kh",
  "kw",
  "pixelRow",
  "pixelColumn",
  "tapRow",
  "tapColumn",
  "panelBytes",
  "chunkChannels",
  "chunks",
  "blockPixels",
  "blocks",
  "inputImage",
  "outputImage",
  "outputPixel",
  "min",
  "max",
] as const;

export const GROUPED_PARAMS = [
  "table",
  "weights",
  "oh",
  "ow",
  "kh",
  "groups",
  "icPerGroup",
  "ocPerGroup",
  "panels",
  "panelBytes",
  "chunkGroups",
  "chunks",
  "pixelRow",
  "tapRow",
  "inputImage",
  "outputImage",
  "outputPixel",
  "min",
  "max",
] as const;

export const WINOGRAD_PARAMS = [
  "m",
  "tableRow",
  "rows",
  "columns",
  "weights",
  "bias",
  "gemm",
  "channels",
  "groups",
  "ocPerGroup",
  "panels",
  "panelBytes",
  "tiles",
  "imageTiles",
  "rowTiles",
  "blockTiles",
  "blocks",
  "uTile",
  "uStep",
  "uBlock",
  "pStep",
  "inputImage",
  "outputImage",
  "outputRow",
  "outputColumn",
  "min",
  "max",
] as const;

/** Fields that are float32; all others are 32-bit integers. */
const FLOATS: ReadonlySet<string> = new Set(["min", "max", "alpha", "beta", "scale", "value", "size", "eps"]);

/** The place of each field, in 32-bit words from the first. */
export function fieldIndices<Name extends string>(fields: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(fields.map((name, index) => [name, index])) as Record<Name, number>;
}

/** Allocates parameters and writes them. Gives their address. */
export function writeParams<Name extends string>(
  arena: Arena,
  fields: readonly Name[],
  values: Readonly<Record<Name, number>>,
): number {
  const address = arena.allocate(4 * fields.length, "a kernel's parameters");
  const { f32, i32 } = arena;
  fields.forEach((name, index) => {
    (FLOATS.has(name) ? f32 : i32)[address / 4 + index] = values[name];
  });
  return address;
}
