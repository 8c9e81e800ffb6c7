/** Random problems over all options together, small enough that the reference is quick. */

import { type Clamp, type Conv2dProblem, conv2dProblem, type PaddingMode } from "@convene/core";

const ACTIVATIONS: readonly (Clamp | undefined)[] = [undefined, undefined, "relu", "relu6", { clamp: [-5, 40] }];
const KERNELS = [1, 1, 2, 3, 3, 3, 4, 5, 6, 7];
const MODES: readonly PaddingMode[] = ["zeros", "zeros", "reflect", "replicate", "circular"];

/**
 * A random problem. The options are drawn one by one, so that any combination can come up.
 *
 * @param random gives numbers in `[0, 1)`
 * @throws ConveneError `ERR_INVALID_OPTION`, or TypeError, if `random` gives other numbers
 */
export function randomProblem(random: () => number): Conv2dProblem {
  const integer = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(choices: readonly T[]): T => choices[integer(0, choices.length - 1)]!;

  const [g, icPerGroup, ocPerGroup] = randomChannels(integer, pick);
  const [kh, kw] = [pick(KERNELS), pick(KERNELS)];
  const square = random() < 0.4;
  const [dh, dw] = [pick([1, 1, 1, 2, 3]), pick([1, 1, 1, 2, 3])];
  const paddingMode = pick(MODES);
  const axis = (kernel: number, dilation: number): { size: number; before: number; after: number } => {
    const symmetric = random() < 0.5;
    const before = integer(0, 4);
    const after = symmetric ? before : integer(0, 4);
    const least =
      paddingMode === "reflect"
        ? Math.max(before, after) + 1
        : paddingMode === "circular"
          ? Math.max(before, after, 1)
          : 1;
    const needed = dilation * (kernel - 1) + 1 - before - after;
    return { size: Math.max(least, needed) + integer(0, 12), before, after };
  };
  const vertical = axis(kh, dh);
  const horizontal = square ? axis(kh, dh) : axis(kw, dw);
  return conv2dProblem({
    n: pick([1, 1, 1, 2, 3]),
    g,
    ic: g * icPerGroup,
    oc: g * ocPerGroup,
    ih: vertical.size,
    iw: horizontal.size,
    kh,
    kw: square ? kh : kw,
    sh: pick([1, 1, 1, 2, 3]),
    sw: pick([1, 1, 1, 2, 3]),
    dh,
    dw: square ? dh : dw,
    pt: vertical.before,
    pb: vertical.after,
    pl: horizontal.before,
    pr: horizontal.after,
    paddingMode,
    bias: random() < 0.7,
    residual: random() < 0.25,
    activation: pick(ACTIVATIONS),
  });
}

/** Channels and groups: standard, depthwise, depthwise with a multiplier and grouped problems in equal parts, with tails of every width. */
function randomChannels(
  integer: (from: number, to: number) => number,
  pick: <T>(choices: readonly T[]) => T,
): readonly [g: number, icPerGroup: number, ocPerGroup: number] {
  switch (integer(0, 3)) {
    case 0:
      return [1, integer(1, 19), integer(1, 35)];
    case 1:
      return [integer(1, 40), 1, 1];
    case 2:
      return [integer(1, 12), 1, integer(2, 5)];
    default:
      return [pick([2, 3, 4, 8]), integer(1, 9), integer(1, 18)];
  }
}
