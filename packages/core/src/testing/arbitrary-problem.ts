/** Any small problem that core accepts, over all options together, for fast-check. */

import fc from "fast-check";
import type { Clamp } from "../activation.js";
import { type Conv2dProblem, conv2dProblem, PADDING_MODES, type PaddingMode } from "../problem.js";

const bound = fc.float({ noNaN: true });

const activation: fc.Arbitrary<Clamp | undefined> = fc.oneof(
  fc.constantFrom<Clamp | undefined>(undefined, "relu", "relu6"),
  fc.tuple(bound, bound).map(([a, b]) => ({ clamp: [Math.min(a, b), Math.max(a, b)] as const })),
);

interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function axis(mode: PaddingMode): fc.Arbitrary<Axis> {
  return fc
    .record({
      kernel: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      before: fc.integer({ min: 0, max: 3 }),
      after: fc.integer({ min: 0, max: 3 }),
      spare: fc.integer({ min: 0, max: 4 }),
    })
    .map(({ spare, ...rest }) => {
      const reach = Math.max(rest.before, rest.after);
      const least = mode === "reflect" ? reach + 1 : mode === "circular" ? Math.max(reach, 1) : 1;
      return {
        ...rest,
        size: Math.max(least, rest.dilation * (rest.kernel - 1) + 1 - rest.before - rest.after) + spare,
      };
    });
}

export const arbitraryProblem: fc.Arbitrary<Conv2dProblem> = fc
  .constantFrom(...PADDING_MODES)
  .chain((paddingMode) =>
    fc.record({
      paddingMode: fc.constant(paddingMode),
      n: fc.integer({ min: 1, max: 3 }),
      g: fc.integer({ min: 1, max: 4 }),
      icPerGroup: fc.integer({ min: 1, max: 4 }),
      ocPerGroup: fc.integer({ min: 1, max: 4 }),
      h: axis(paddingMode),
      w: axis(paddingMode),
      square: fc.boolean(),
      symmetric: fc.boolean(),
      bias: fc.boolean(),
      residual: fc.boolean(),
      activation,
    }),
  )
  .map(({ n, g, icPerGroup, ocPerGroup, h, w: other, square, symmetric, ...rest }) => {
    const w = square ? h : other;
    // The larger of two unequal pads at both edges keeps the kernel inside and the mode possible.
    const [pt, pb] = symmetric ? [Math.max(h.before, h.after), Math.max(h.before, h.after)] : [h.before, h.after];
    const [pl, pr] = symmetric ? [Math.max(w.before, w.after), Math.max(w.before, w.after)] : [w.before, w.after];
    return conv2dProblem({
      n,
      g,
      ic: g * icPerGroup,
      oc: g * ocPerGroup,
      ih: h.size,
      iw: w.size,
      kh: h.kernel,
      kw: w.kernel,
      sh: h.stride,
      sw: w.stride,
      dh: h.dilation,
      dw: w.dilation,
      pt,
      pl,
      pb,
      pr,
      ...rest,
    });
  });
