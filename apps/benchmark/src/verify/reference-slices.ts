/**
 * The reference in slices. At real size it can take a minute, in which nothing else would happen; between two slices
 * the event loop turns, and Ctrl-C is heard.
 */

import { type Operands, referenceConv2d, type ReferenceResult } from "@convene/conformance";
import type { Conv2dProblem } from "@convene/core";

/** Multiply-accumulates of one slice: about a tenth of a second. One output channel is the least. */
const SLICE = 2e7;

/**
 * As `referenceConv2d`, to the last bit: a slice is some output channels of one group of one image, and no sum crosses
 * these.
 *
 * @param pause awaited between slices; may throw to stop
 */
export async function referenceInSlices(
  problem: Conv2dProblem,
  operands: Operands,
  pause: () => Promise<void>,
  most = SLICE,
): Promise<ReferenceResult> {
  const { n, g, ic, ih, iw, oc, oh, ow, kh, kw } = problem;
  const { input, weight, bias, residual } = operands;
  const icPerGroup = ic / g;
  const ocPerGroup = oc / g;
  const macsPerChannel = oh * ow * icPerGroup * kh * kw;
  const step = Math.max(1, Math.min(ocPerGroup, Math.floor(most / macsPerChannel)));
  const output = new Float64Array(n * oc * oh * ow);
  const magnitude = new Float64Array(n * oc * oh * ow);
  let sincePause = 0;
  for (let image = 0; image < n; image++) {
    for (let first = 0; first < oc;) {
      const group = Math.floor(first / ocPerGroup);
      const end = Math.min(first + step, (group + 1) * ocPerGroup);
      const inputAt = (image * ic + group * icPerGroup) * ih * iw;
      const outputAt = (image * oc + first) * oh * ow;
      const outputEnd = (image * oc + end) * oh * ow;
      const part = referenceConv2d(
        { ...problem, n: 1, g: 1, ic: icPerGroup, oc: end - first },
        {
          input: input.subarray(inputAt, inputAt + icPerGroup * ih * iw),
          weight: weight.subarray(first * icPerGroup * kh * kw, end * icPerGroup * kh * kw),
          bias: bias?.subarray(first, end),
          residual: residual?.subarray(outputAt, outputEnd),
        },
      );
      output.set(part.output, outputAt);
      magnitude.set(part.magnitude, outputAt);
      sincePause += (end - first) * macsPerChannel;
      first = end;
      if (sincePause < most) continue;
      sincePause = 0;
      await pause();
    }
  }
  return { output, magnitude };
}
