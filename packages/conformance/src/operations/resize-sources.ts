/** The source pixels of an upsampled pixel, by ONNX's definition of Resize (opset 19). */

import type { UpsampleProblem } from "@convene/core";

/** The output is `(1 - weight)` of pixel `low` and `weight` of pixel `high`. `weight` is a float32: it is part of the operation. */
export type ResizeSource = readonly [low: number, high: number, weight: number];

/**
 * The sources of each output row or column: `size` pixels become `count`.
 *
 * @param given the scale that the problem gives, or 0
 */
export function resizeSources(
  { mode, coordinates, rounding }: UpsampleProblem,
  size: number,
  count: number,
  given: number,
): readonly ResizeSource[] {
  const scale = given === 0 ? count / size : given;
  return Array.from({ length: count }, (_, index): ResizeSource => {
    const at = originalPlace(coordinates, index, scale, size, count);
    if (mode === "nearest") {
      const nearest = inside(rounded(rounding, inFloat32(coordinates, index, scale, at)), size);
      return [nearest, nearest, 0];
    }
    const place = inside(at, size);
    const low = Math.floor(place);
    return [low, inside(low + 1, size), Math.fround(place - low)];
  });
}

/** ONNX's x_original. */
function originalPlace(
  coordinates: UpsampleProblem["coordinates"],
  index: number,
  scale: number,
  size: number,
  count: number,
): number {
  switch (coordinates) {
    case "halfPixel":
      return (index + 0.5) / scale - 0.5;
    case "pytorchHalfPixel":
      return count === 1 ? 0 : (index + 0.5) / scale - 0.5;
    case "alignCorners":
      return count === 1 ? 0 : (index * (size - 1)) / (count - 1);
    case "asymmetric":
      // PyTorch computes its nearest pixels in float32, and the rounding decides which pixel is nearest.
      return Math.fround(index * Math.fround(1 / scale));
  }
}

/**
 * A place between pixel centres is computed in float32, because a scale is a float32 too: 1.5 divided by the float32
 * nearest to 0.6 is 2.5 in float32 only.
 */
function inFloat32(coordinates: UpsampleProblem["coordinates"], index: number, scale: number, at: number): number {
  const between = coordinates === "halfPixel" || (coordinates === "pytorchHalfPixel" && at !== 0);
  return between ? Math.fround(Math.fround((index + 0.5) / scale) - 0.5) : at;
}

function rounded(rounding: UpsampleProblem["rounding"], at: number): number {
  switch (rounding) {
    case "floor":
      return Math.floor(at);
    case "ceil":
      return Math.ceil(at);
    case "roundPreferFloor": // a half goes down
      return at - Math.floor(at) <= 0.5 ? Math.floor(at) : Math.ceil(at);
    case "roundPreferCeil": // a half goes up
      return at - Math.floor(at) < 0.5 ? Math.floor(at) : Math.ceil(at);
  }
}

function inside(at: number, size: number): number {
  return Math.min(Math.max(at, 0), size - 1);
}
