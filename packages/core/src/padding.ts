/** The user's option `padding` as four numbers. */

import { checkInteger, checkKeys, checkPair, readFrom } from "./check.js";
import { ConveneError, show } from "./errors.js";

/**
 * How many pixels are added at the edges; integers of at least 0:
 *
 * - a number, or `[h, w]`: the same at both sides of an axis, as in PyTorch;
 * - `{ top, left, bottom, right }`: each edge by itself, 0 for an edge that is left out;
 * - `"valid"`: none;
 * - `"same"`: as many as give an output of `ceil(size / stride)`. An odd pixel goes to the bottom and right (PyTorch's `"same"` at stride 1,
 *   TensorFlow's at any stride, ONNX's `SAME_UPPER`);
 * - `"sameLower"`: the same, but an odd pixel goes to the top and left (ONNX's `SAME_LOWER`).
 */
export type Padding =
  | number
  | readonly [h: number, w: number]
  | Same
  | "valid"
  | { readonly top?: number; readonly left?: number; readonly bottom?: number; readonly right?: number };

/** Pads that depend on the input's size. */
export type Same = "same" | "sameLower";

/** Rows above and below the image, and columns left and right of it, in pixels: integers of at least 0. */
export interface Pads {
  readonly pt: number;
  readonly pl: number;
  readonly pb: number;
  readonly pr: number;
}

/** Checks `padding`. `"same"` and `"sameLower"` come back as they are, because their pads depend on the input's size. */
export function checkPadding(padding: unknown): Pads | Same {
  if (padding === "same" || padding === "sameLower") return padding;
  if (padding === "valid") return { pt: 0, pl: 0, pb: 0, pr: 0 };
  if (typeof padding === "number" || readFrom("padding", () => Array.isArray(padding))) {
    const [h, w] = checkPair("padding", padding, 0);
    return { pt: h, pl: w, pb: h, pr: w };
  }
  if (typeof padding !== "object" || padding === null) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `padding (${show(padding)}) must be an integer, [h, w], "same", "sameLower", "valid" or { top, left, bottom, right }`,
    );
  }
  const keys = ["top", "left", "bottom", "right"];
  const { top = 0, left = 0, bottom = 0, right = 0 } = checkKeys("padding", padding as Record<string, unknown>, keys);
  return {
    pt: checkInteger("padding.top", top, 0),
    pl: checkInteger("padding.left", left, 0),
    pb: checkInteger("padding.bottom", bottom, 0),
    pr: checkInteger("padding.right", right, 0),
  };
}

/** The pads of `same` along one axis: `[before, after]`. */
export function samePadding(
  same: Same,
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
  const less = Math.floor(total / 2);
  return same === "same" ? [less, total - less] : [total - less, less];
}
