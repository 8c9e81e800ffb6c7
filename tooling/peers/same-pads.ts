/**
 * Pads by a rule: ONNX's `auto_pad: SAME_UPPER`, tfjs's `"same"` and TensorFlow Lite's `SAME` are the same rule. The output has
 * ceil(input / stride) rows. The padding that the kernel needs for this is split in halves, with an odd row at the end.
 */

import type { Conv2dProblem, Support } from "@convene/core";

export const NOT_SAME: Support = { reason: "pads that are not those of SAME, which is how this variant asks for them" };

/** Whether a problem's pads are those of the rule, so that a call may name the rule instead of the pads. */
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
