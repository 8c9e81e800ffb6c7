/**
 * Plans as the kernels read them: one 32-bit field after the other, in this order. The classes of the same name in
 * assembly/igemm.ts and assembly/dwconv.ts say what each means.
 */

import type { Arena } from "./memory.js";

export const IGEMM_FIELDS = [
  "positions",
  "weights",
  "pixels",
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

export const DWCONV_FIELDS = [
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
  "inputImage",
  "outputImage",
  "outputPixel",
  "min",
  "max",
] as const;

/** Fields that are float32; all others are 32-bit integers. */
const FLOATS: ReadonlySet<string> = new Set(["min", "max"]);

/** Where each field is, in 32-bit words from the plan's start. */
export function fieldIndices<Name extends string>(fields: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(fields.map((name, index) => [name, index])) as Record<Name, number>;
}

/** Allocates a plan and writes it. */
export function writePlan<Name extends string>(
  arena: Arena,
  fields: readonly Name[],
  values: Readonly<Record<Name, number>>,
): number {
  const address = arena.allocate(4 * fields.length, "a plan");
  const { f32, i32 } = arena;
  fields.forEach((name, index) => {
    (FLOATS.has(name) ? f32 : i32)[address / 4 + index] = values[name];
  });
  return address;
}
