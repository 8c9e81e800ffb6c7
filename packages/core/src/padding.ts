/** From what a user may write for `padding` to four numbers. */

import { checkInteger, checkKeys, checkPair } from "./check.js";
import { ConveneError, show } from "./errors.js";

/**
 * A number or `[h, w]` for both sides of an axis, as in PyTorch; each edge by itself; `"valid"` for none; `"same"` for
 * an output of `ceil(size / stride)`, with the odd remainder at the bottom and right (PyTorch's at stride 1,
 * TensorFlow's at any stride).
 */
export type Padding =
  | number
  | readonly [h: number, w: number]
  | "same"
  | "valid"
  | { readonly top?: number; readonly left?: number; readonly bottom?: number; readonly right?: number };

export interface Pads {
  readonly pt: number;
  readonly pl: number;
  readonly pb: number;
  readonly pr: number;
}

/** Checks `padding`; the answer for `"same"` waits for the input's size. */
export function checkPadding(padding: unknown): Pads | "same" {
  if (padding === "same") return "same";
  if (padding === "valid") return { pt: 0, pl: 0, pb: 0, pr: 0 };
  if (typeof padding === "number" || Array.isArray(padding)) {
    const [h, w] = checkPair("padding", padding, 0);
    return { pt: h, pl: w, pb: h, pr: w };
  }
  if (typeof padding !== "object" || padding === null) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `padding (${show(padding)}) must be an integer, [h, w], "same", "valid" or { top, left, bottom, right }`,
    );
  }
  checkKeys("padding", padding, ["top", "left", "bottom", "right"]);
  const { top = 0, left = 0, bottom = 0, right = 0 } = padding as Record<string, unknown>;
  return {
    pt: checkInteger("padding.top", top, 0),
    pl: checkInteger("padding.left", left, 0),
    pb: checkInteger("padding.bottom", bottom, 0),
    pr: checkInteger("padding.right", right, 0),
  };
}

/** The pads of `"same"` along one axis: `[before, after]`. */
export function samePadding(size: number, kernel: number, stride: number, dilation: number): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
