/** Problems for the laws, as fast-check draws and shrinks them: towards one channel, one pixel, no option at all. */

import { type Clamp, type Conv2dProblem, conv2dProblem, type Conv2dProblemSpec, type PaddingMode } from "@convene/core";
import fc from "fast-check";

/** What the problems of a law may have; left out, anything. */
export interface LawProblems {
  readonly pads?: "none";
  readonly paddingMode?: "zeros";
  readonly strides?: "none";
  readonly dilation?: "none";
  readonly kernel?: "1x1";
  readonly groups?: "one" | "several";
  readonly batch?: "several";
  readonly bias?: "none";
  readonly residual?: "none";
  readonly activation?: "none";
}

interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Pixels more than the axis needs. */
  readonly spare: number;
}

export function lawProblems(only: LawProblems): fc.Arbitrary<Conv2dProblem> {
  const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
  const unless = <T>(limited: unknown, value: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    limited === undefined ? others : fc.constant(value);
  const axis: fc.Arbitrary<Axis> = fc.record({
    kernel: unless(only.kernel, 1, upTo(5)),
    stride: unless(only.strides, 1, upTo(3)),
    dilation: unless(only.dilation, 1, upTo(3)),
    before: unless(only.pads, 0, upTo(3, 0)),
    after: unless(only.pads, 0, upTo(3, 0)),
    spare: upTo(6, 0),
  });
  // Of kernels, strides and dilations drawn one by one, hardly any would be what a backend may transform.
  const plain = axis.map((each) => ({ ...each, kernel: only.kernel === undefined ? 3 : 1, stride: 1, dilation: 1 }));
  const transformable = { weight: 1, arbitrary: fc.tuple(plain, plain) };
  return fc
    .record({
      n: only.batch === "several" ? upTo(4, 2) : upTo(3),
      g: only.groups === "one" ? fc.constant(1) : upTo(5, only.groups === "several" ? 2 : 1),
      icPerGroup: upTo(5),
      ocPerGroup: upTo(9),
      axes: fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: fc.tuple(axis, axis) }, transformable),
      paddingMode: unless<PaddingMode>(
        only.paddingMode ?? only.pads,
        "zeros",
        fc.constantFrom("zeros", "reflect", "replicate", "circular"),
      ),
      bias: unless(only.bias, false, fc.boolean()),
      residual: unless(only.residual, false, fc.boolean()),
      activation: unless<Clamp | undefined>(
        only.activation,
        undefined,
        fc.constantFrom<Clamp | undefined>(undefined, "relu", "relu6", { clamp: [-9, 30] }),
      ),
    })
    .map(({ n, g, icPerGroup, ocPerGroup, axes: [vertical, horizontal], ...rest }) =>
      conv2dProblem({
        n,
        g,
        ic: g * icPerGroup,
        oc: g * ocPerGroup,
        ih: sizeOf(vertical, rest.paddingMode),
        iw: sizeOf(horizontal, rest.paddingMode),
        kh: vertical.kernel,
        kw: horizontal.kernel,
        sh: vertical.stride,
        sw: horizontal.stride,
        dh: vertical.dilation,
        dw: horizontal.dilation,
        pt: vertical.before,
        pb: vertical.after,
        pl: horizontal.before,
        pr: horizontal.after,
        ...rest,
      }),
    );
}

function sizeOf({ kernel, dilation, before, after, spare }: Axis, mode: PaddingMode): number {
  const reach = Math.max(before, after);
  const least = mode === "reflect" ? reach + 1 : mode === "circular" ? Math.max(reach, 1) : 1;
  return Math.max(least, dilation * (kernel - 1) + 1 - before - after) + spare;
}

/** `problem` with some options changed, its output's size along with them. */
export function changed(problem: Conv2dProblem, change: Partial<Conv2dProblemSpec>): Conv2dProblem {
  return conv2dProblem({ ...problem, ...change });
}
