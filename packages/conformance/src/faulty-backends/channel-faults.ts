/** Faults with right taps of the wrong channels: in groups, and in the order of weights. */

import { type Conv2dProblem, inputShape, weightShape } from "@convene/core";
import { gather } from "./elements.js";
import { type Fault, faultyQuestion } from "./faulty-backend.js";
import { repack } from "./repack.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;

export const CHANNEL_FAULTS: readonly Fault[] = [
  {
    name: "groups-swapped",
    about: "The weights of the first two groups are exchanged, because groups are packed from the last to the first.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "g2_ic6_ih5_oc8_kh3", right: "ic6_ih5_oc8_kh3" },
    backend: faultyQuestion("groups-swapped", (problem, operands) => {
      if (problem.g === 1) return [problem, operands];
      const { weight } = operands;
      const size = weight.length / problem.g;
      const swapped = weight.slice();
      swapped.set(weight.subarray(size, 2 * size), 0);
      swapped.set(weight.subarray(0, size), size);
      return [problem, { ...operands, weight: swapped }];
    }),
  },
  {
    name: "last-group-one-early",
    about:
      "The input channels of the last group begin one channel early. The start is clamped for a tail, but there is no tail.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "g2_ic6_ih5_oc8_kh3", right: "ic6_ih5_oc8_kh3" },
    backend: faultyQuestion("last-group-one-early", (problem, operands) => {
      const { g, ic, ih, iw } = problem;
      const last = ic - ic / g;
      const early = g > 1 ? ih * iw : 0;
      const input = gather(inputShape(problem), operands.input, ({ c, at }) => (c < last ? at : at - early));
      return [problem, { ...operands, input }];
    }),
  },
  {
    name: "depthwise-weights-of-tensorflow",
    about:
      "With a multiplier m, the filter of channel i and multiple j is read at j * ic + i, as in another framework. In OIHW it is at i * m + j.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "g3_ic3_ih6_oc6_kh3", right: "g3_ic3_ih6_oc3_kh3" },
    backend: faultyQuestion("depthwise-weights-of-tensorflow", (problem, operands) => {
      const { g, ic, oc, kh, kw } = problem;
      if (g !== ic) return [problem, operands];
      const multiplier = oc / ic;
      const weight = gather(weightShape(problem), operands.weight, ({ image: o, y, x }) => {
        const filter = (o % multiplier) * ic + Math.floor(o / multiplier);
        return (filter * kh + y) * kw + x;
      });
      return [problem, { ...operands, weight }];
    }),
  },
  {
    name: "multiplier-reads-channel-o-mod-ic",
    about:
      "Output channel o of a depthwise convolution reads input channel o mod ic, which is right only for a multiplier of 1.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "g3_ic3_ih6_oc6_kh3", right: "g3_ic3_ih6_oc3_kh3" },
    backend: faultyQuestion("multiplier-reads-channel-o-mod-ic", (problem, operands) => {
      const { n, g, ic, ih, iw, oc } = problem;
      if (g !== ic) return [problem, operands];
      const input = gather(
        [n, oc, ih, iw],
        operands.input,
        ({ image, c, y, x }) => ((image * ic + (c % ic)) * ih + y) * iw + x,
      );
      return [
        { ...problem, g: oc, ic: oc },
        { ...operands, input },
      ];
    }),
  },
  {
    name: "weights-as-iohw",
    about: "Weights are read with input channels outermost, which is the order of a transposed convolution.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3", right: "ic1_ih5_oc4_kh3" },
    backend: faultyQuestion("weights-as-iohw", (problem, operands) => {
      const { oc, kh, kw } = problem;
      const weight = gather(
        weightShape(problem),
        operands.weight,
        ({ image: o, c: i, y, x }) => ((i * oc + o) * kh + y) * kw + x,
      );
      return [problem, { ...operands, weight }];
    }),
  },
  {
    name: "weights-as-hwio",
    about: "Weights are read in TensorFlow's order, with the kernel's rows outermost.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3", right: "ic3_ih5_oc1_kh1" },
    backend: faultyQuestion("weights-as-hwio", (problem, operands) => {
      const { g, ic, oc, kw } = problem;
      const weight = gather(
        weightShape(problem),
        operands.weight,
        ({ image: o, c: i, y, x }) => ((y * kw + x) * (ic / g) + i) * oc + o,
      );
      return [problem, { ...operands, weight }];
    }),
  },
  {
    name: "packed-for-the-wrong-tile",
    about:
      "Weights are packed in panels of 8 output channels, and read as panels of 4, because two kernels share one packing routine.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih5_oc5_kh3", right: "ic4_ih5_oc4_kh3" },
    backend: faultyQuestion("packed-for-the-wrong-tile", (problem, operands) => [
      problem,
      { ...operands, weight: repack(problem, operands.weight) },
    ]),
  },
  {
    name: "channel-tail-of-the-next-pixel",
    about:
      "The channels after the last whole vector of 4 are read from the next pixel, because the pointer moves too early.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic5_ih5_oc4_kh3", right: "ic8_ih5_oc4_kh3" },
    backend: faultyQuestion("channel-tail-of-the-next-pixel", (problem, operands) => {
      const { ic, ih, iw } = problem;
      // A loop of its own, which is right, handles fewer than four channels.
      const whole = ic < 4 ? ic : ic - (ic % 4);
      const input = gather(inputShape(problem), operands.input, ({ c, y, x, at }) => {
        if (c < whole) return at;
        return y * iw + x + 1 < ih * iw ? at + 1 : undefined;
      });
      return [problem, { ...operands, input }];
    }),
  },
  {
    name: "channels-past-64-dropped",
    about: "A shader's local array has room for 64 channels of a pixel, and the loop ends there.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic65_ih4_oc5_kh3", right: "ic64_ih4_oc5_kh3" },
    backend: faultyQuestion("channels-past-64-dropped", (problem, operands) => {
      const weight = gather(weightShape(problem), operands.weight, ({ c, at }) => (c < 64 ? at : undefined));
      return [problem, { ...operands, weight }];
    }),
  },
  {
    name: "bias-of-the-first-group",
    about:
      "The index of the bias is the channel's number in its group, so every group gets the bias of the first group.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "g2_ic6_ih5_oc8_kh3", right: "ic6_ih5_oc8_kh3" },
    backend: faultyQuestion("bias-of-the-first-group", (problem, operands) => [
      problem,
      { ...operands, bias: biasOf(problem, operands.bias, (bias, o) => bias[o % (problem.oc / problem.g)]!) },
    ]),
  },
  {
    name: "bias-from-every-group",
    about: "The pass of each group over the output adds the bias of all channels.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "g2_ic6_ih5_oc8_kh3", right: "ic6_ih5_oc8_kh3" },
    backend: faultyQuestion("bias-from-every-group", (problem, operands) => [
      problem,
      { ...operands, bias: biasOf(problem, operands.bias, (bias, o) => bias[o]! * problem.g) },
    ]),
  },
];

function biasOf(
  { oc }: Conv2dProblem,
  bias: Float32Array | undefined,
  value: (bias: Float32Array, o: number) => number,
): Float32Array | undefined {
  return bias && Float32Array.from({ length: oc }, (_, o) => value(bias, o));
}
