/** Laws of one convolution written as another: groups as zeros, two as one, a matrix product, a kernel with zeros in it. */

import { type Conv2dProblem, conv2dProblem } from "@convene/core";
import { makeOperands, type Operands } from "../operands.js";
import { changed, lawProblems } from "./laws-problems.js";
import { type Laboratory, type Law, mustEqual } from "./laws-runner.js";

export const REWRITING_LAWS: readonly Law[] = [
  {
    name: "groups are a standard convolution whose weights are zero between them",
    example: "g2_ic4_ih4_oc4_kh3",
    problems: lawProblems({ groups: "several" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const { g, ic, oc, kh, kw } = problem;
      const [icPerGroup, ocPerGroup, taps] = [ic / g, oc / g, kh * kw];
      const weight = new Float32Array(oc * ic * taps);
      for (let o = 0; o < oc; o++) {
        const first = Math.floor(o / ocPerGroup) * icPerGroup;
        const own = operands.weight.subarray(o * icPerGroup * taps, (o + 1) * icPerGroup * taps);
        weight.set(own, (o * ic + first) * taps);
      }
      const standard = changed(problem, { g: 1 });
      const [grouped, whole] = [await convolve(problem, operands), await convolve(standard, { ...operands, weight })];
      mustEqual(problem, grouped.output, whole.output, grouped.error + whole.error);
    },
  },
  {
    name: "a depthwise and a pointwise convolution are one standard convolution",
    example: "g2_ic2_ih4_oc2_kh3",
    problems: lawProblems({ groups: "one", residual: "none", activation: "none" }),
    check: checkSeparable,
  },
  {
    name: "a 1x1 kernel is a matrix product",
    example: "ic3_ih4_oc5_kh1",
    problems: lawProblems({
      kernel: "1x1",
      groups: "one",
      pads: "none",
      strides: "none",
      residual: "none",
      activation: "none",
    }),
    async check(problem, { convolve, seed }) {
      const { n, ic, oc } = problem;
      const pixels = problem.ih * problem.iw;
      const operands = makeOperands(problem, "integer", seed);
      const { input, weight, bias } = operands;
      const product = new Float32Array(n * oc * pixels);
      for (let image = 0; image < n; image++) {
        for (let o = 0; o < oc; o++) {
          for (let pixel = 0; pixel < pixels; pixel++) {
            let sum = bias?.[o] ?? 0;
            for (let i = 0; i < ic; i++) sum += weight[o * ic + i]! * input[(image * ic + i) * pixels + pixel]!;
            product[(image * oc + o) * pixels + pixel] = sum;
          }
        }
      }
      const { output, error } = await convolve(problem, operands);
      mustEqual(problem, output, product, error);
    },
  },
  {
    name: "dilation is a kernel with zeros in between",
    example: "ic2_ih6_oc3_kh3_dh2",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      // Right after it the same without dilation: nothing may be left from the first.
      for (const each of [problem, changed(problem, { dh: 1, dw: 1 })]) {
        const { kh, kw, dh, dw } = each;
        const dense = changed(each, { kh: (kh - 1) * dh + 1, kw: (kw - 1) * dw + 1, dh: 1, dw: 1 });
        const operands = makeOperands(each, "integer", seed);
        const planes = operands.weight.length / (kh * kw);
        const weight = new Float32Array(planes * dense.kh * dense.kw);
        operands.weight.forEach((w, at) => {
          const [plane, ky, kx] = [Math.floor(at / (kh * kw)), Math.floor(at / kw) % kh, at % kw];
          weight[(plane * dense.kh + ky * dh) * dense.kw + kx * dw] = w;
        });
        const [dilated, filled] = [await convolve(each, operands), await convolve(dense, { ...operands, weight })];
        mustEqual(each, dilated.output, filled.output, dilated.error + filled.error);
      }
    },
  },
];

/** `problem` is the standard one; the pair has a multiplier that follows from its channels. */
async function checkSeparable(problem: Conv2dProblem, { convolve, seed }: Laboratory): Promise<void> {
  const { n, ic, oc, oh, ow, kh, kw, bias } = problem;
  const multiplier = 1 + (oc % 3);
  const middle = ic * multiplier;
  const depthwise = changed(problem, { g: ic, oc: middle });
  const pointwise = conv2dProblem({ n, ic: middle, ih: oh, iw: ow, oc, kh: 1, bias });
  const first = makeOperands(depthwise, "integer", seed);
  const second = makeOperands(pointwise, "integer", seed + 1);
  const inBetween = await convolve(depthwise, first);

  const weight = new Float32Array(oc * ic * kh * kw);
  const sums = Float32Array.from(second.bias ?? []);
  for (let o = 0; o < oc; o++) {
    for (let m = 0; m < middle; m++) {
      const factor = second.weight[o * middle + m]!;
      const channel = Math.floor(m / multiplier);
      for (let tap = 0; tap < kh * kw; tap++) {
        weight[(o * ic + channel) * kh * kw + tap]! += factor * first.weight[m * kh * kw + tap]!;
      }
      if (first.bias) sums[o]! += factor * first.bias[m]!;
    }
  }
  const composed: Operands = { input: first.input, weight, bias: bias ? sums : undefined };
  const whole = await convolve(problem, composed);
  const parts = await convolve(pointwise, { ...second, input: inBetween.output }, inBetween.error);
  mustEqual(problem, whole.output, parts.output, whole.error + parts.error);
}
