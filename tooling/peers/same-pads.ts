/**
 * Pads by a word: ONNX's `auto_pad: SAME_UPPER`, tfjs's `"same"` and TensorFlow Lite's `SAME` are one rule. The output has
 * ceil(input / stride) rows; what the kernel lacks for that is padded in halves, the odd one at the end.
 */

import type { Conv2dProblem, Support } from "@convene/core";

export const NOT_SAME: Support = { reason: "pads that are not those of SAME, which is how this variant asks for them" };

/** Whether a problem's pads are those that the word stands for, so that it can be asked for by the word. */
export function hasSamePads(p: Conv2dProblem): boolean {
  const isSame = (size: number, kernel: number, stride: number, dilation: number, before: number, after: number) => {
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
    return before === Math.floor(total / 2) && after === Math.ceil(total / 2);
  };
  return (
    p.paddingMode === "zeros" &&
    isSame(p.ih, p.kh, p.sh, p.dh, p.pt, p.pb) &&
    isSame(p.iw, p.kw, p.sw, p.dw, p.pl, p.pr)
  );
}
