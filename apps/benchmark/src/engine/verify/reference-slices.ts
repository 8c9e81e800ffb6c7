/**
 * The reference in slices, and the bound of transformed plans in slices. For real sizes the reference can take a minute. Between two
 * slices the event loop turns, so that Ctrl-C takes effect.
 */

import {
  type Operands,
  referenceConv2d,
  type ReferenceResult,
  type TransformedBound,
  transformedBound,
} from "@convene/conformance";
import type { Conv2dProblem } from "@convene/core";

/** The multiply-accumulates of one slice, which take about a tenth of a second. A slice has at least one output channel. */
const SLICE = 2e7;

/**
 * The result of `referenceConv2d`, with the same bits. A slice is some output channels of one group of one image, and no sum crosses
 * slices.
 *
 * @param pause awaited between slices. It may throw to stop
 */
export async function referenceInSlices(
  problem: Conv2dProblem,
  operands: Operands,
  pause: () => Promise<void>,
  most = SLICE,
): Promise<ReferenceResult> {
  const size = problem.n * problem.oc * problem.oh * problem.ow;
  const [output, magnitude] = [new Float64Array(size), new Float64Array(size)];
  await forEachSlice(problem, operands, pause, most, (slice, its, at) => {
    const part = referenceConv2d(slice, its);
    output.set(part.output, at);
    magnitude.set(part.magnitude, at);
  });
  return { output, magnitude };
}

/** The result of `transformedBound`, in the same slices. A bound is a sum over the input channels of its output's group. */
export async function transformedBoundInSlices(
  problem: Conv2dProblem,
  operands: Operands,
  pause: () => Promise<void>,
  most = SLICE,
): Promise<TransformedBound> {
  const size = problem.n * problem.oc * problem.oh * problem.ow;
  const [bound, mayBeNaN] = [new Float64Array(size), new Uint8Array(size)];
  await forEachSlice(problem, operands, pause, most, (slice, its, at) => {
    const part = transformedBound(slice, its);
    bound.set(part.bound, at);
    mayBeNaN.set(part.mayBeNaN, at);
  });
  return { bound, mayBeNaN };
}

/** Calls `use` for each slice, with the slice as a problem, its operands, and the index of its first output in the whole output. */
async function forEachSlice(
  problem: Conv2dProblem,
  operands: Operands,
  pause: () => Promise<void>,
  most: number,
  use: (slice: Conv2dProblem, operands: Operands, at: number) => void,
): Promise<void> {
  const { n, g, ic, ih, iw, oc, oh, ow, kh, kw } = problem;
  const { input, weight, bias, residual } = operands;
  const icPerGroup = ic / g;
  const ocPerGroup = oc / g;
  const macsPerChannel = oh * ow * icPerGroup * kh * kw;
  const step = Math.max(1, Math.min(ocPerGroup, Math.floor(most / macsPerChannel)));
  let sincePause = 0;
  for (let image = 0; image < n; image++) {
    for (let first = 0; first < oc;) {
      const group = Math.floor(first / ocPerGroup);
      const end = Math.min(first + step, (group + 1) * ocPerGroup);
      const inputAt = (image * ic + group * icPerGroup) * ih * iw;
      const outputAt = (image * oc + first) * oh * ow;
      const outputEnd = (image * oc + end) * oh * ow;
      use(
        { ...problem, n: 1, g: 1, ic: icPerGroup, oc: end - first },
        {
          input: input.subarray(inputAt, inputAt + icPerGroup * ih * iw),
          weight: weight.subarray(first * icPerGroup * kh * kw, end * icPerGroup * kh * kw),
          bias: bias?.subarray(first, end),
          residual: residual?.subarray(outputAt, outputEnd),
        },
        outputAt,
      );
      sincePause += (end - first) * macsPerChannel;
      first = end;
      if (sincePause < most) continue;
      sincePause = 0;
      await pause();
    }
  }
}
