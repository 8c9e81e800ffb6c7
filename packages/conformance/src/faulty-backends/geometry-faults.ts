/** Faults that sum the wrong taps: in pads, strides, dilation, or the kernel's own rows and columns. */

import { type Conv2dProblem, type PaddingMode, weightShape } from "@convene/core";
import type { Operands } from "../operands.js";
import { gather } from "./elements.js";
import { type Fault, faultyQuestion } from "./faulty-backend.js";
import { paddedQuestion } from "./padded-question.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;

export const GEOMETRY_FAULTS: readonly Fault[] = [
  {
    name: "pad-off-by-one",
    about: "The left pad is one too small, because the border is counted from 1.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih6_oc4_kh3_ph1", right: "ic4_ih6_oc4_kh3_pt1_pb1_pr1" },
    backend: faultyQuestion("pad-off-by-one", (problem, operands) => [
      { ...problem, pl: Math.max(0, problem.pl - 1) },
      operands,
    ]),
  },
  {
    name: "right-pad-for-left",
    about: "The left and right pads are exchanged, because an options object lists them in another order.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic4_ih6_oc4_kh3_pl2", right: "ic4_ih6_oc4_kh3_pl2_pr2" },
    backend: faultyQuestion("right-pad-for-left", (problem, operands) => [
      { ...problem, pl: problem.pr, pr: problem.pl },
      operands,
    ]),
  },
  {
    name: "pads-of-axes-swapped",
    about: "Rows get the pads of columns, because one file has [x, y] and another file has [y, x].",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic4_ih6_oc4_kh3_ph1_pw2", right: "ic4_ih6_oc4_kh3_ph2" },
    backend: faultyQuestion("pads-of-axes-swapped", (problem, operands) => [
      { ...problem, pt: problem.pl, pl: problem.pt },
      operands,
    ]),
  },
  {
    name: "dilated-pad",
    about: "The pads are multiplied by the dilation, like the kernel's size.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih8_oc4_kh3_ph1_dh2", right: "ic3_ih8_oc4_kh3_dh2" },
    backend: faultyQuestion("dilated-pad", (problem, operands) => [
      { ...problem, pt: problem.pt * problem.dh, pl: problem.pl * problem.dw },
      operands,
    ]),
  },
  {
    name: "dilation-ignored-in-one-axis",
    about: "Columns are not dilated. The kernel was written for dilation in h, and w was forgotten.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih8_oc4_kh3_dh2", right: "ic3_ih8_oc4_kh3_dh2_dw1" },
    backend: faultyQuestion("dilation-ignored-in-one-axis", (problem, operands) => [{ ...problem, dw: 1 }, operands]),
  },
  {
    name: "stride-swapped",
    about: "The strides of rows and columns are exchanged.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic3_ih9_oc4_kh3_sh2_sw1", right: "ic3_ih9_oc4_kh3_sh2" },
    backend: faultyQuestion("stride-swapped", (problem, operands) => [
      { ...problem, sh: problem.sw, sw: problem.sh },
      operands,
    ]),
  },
  {
    name: "pointwise-stride-ignored",
    about: "A 1x1 kernel is computed by a matrix product, which has no stride.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih7_oc4_kh1_sh2", right: "ic3_ih7_oc4_kh2_sh2" },
    backend: faultyQuestion("pointwise-stride-ignored", (problem, operands) => [
      problem.kh * problem.kw === 1 ? { ...problem, sh: 1, sw: 1 } : problem,
      operands,
    ]),
  },
  {
    name: "pointwise-stride-2-starts-late",
    about: "The fast path for 1x1 kernels of stride 2 takes the second pixel of each pair instead of the first.",
    caughtBy: ["exact", "bounded", "goldens", "networks"],
    problems: { wrong: "ic3_ih8_oc4_kh1_sh2", right: "ic3_ih8_oc4_kh1_sh3" },
    backend: faultyQuestion("pointwise-stride-2-starts-late", (problem, operands) => {
      const { kh, kw, sh, sw, pt, pl } = problem;
      const fast = kh === 1 && kw === 1 && sh === 2 && sw === 2;
      return [fast ? { ...problem, pt: pt - 1, pl: pl - 1 } : problem, operands];
    }),
  },
  {
    name: "kernel-flipped",
    about:
      "The kernel is flipped, as in the mathematical definition of convolution. The right result is a correlation.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih6_oc4_kh3", right: "ic3_ih6_oc4_kh1" },
    backend: faultyQuestion(
      "kernel-flipped",
      kernelRead(({ kh, kw }, y, x) => (kh - 1 - y) * kw + (kw - 1 - x)),
    ),
  },
  {
    name: "kernel-row-of-the-height",
    about: "Rows of the kernel begin kh weights apart instead of kw. The author tried only square kernels.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic3_ih6_oc4_kh2_kw3", right: "ic3_ih6_oc4_kh3" },
    backend: faultyQuestion(
      "kernel-row-of-the-height",
      kernelRead(({ kh }, y, x) => y * kh + x),
    ),
  },
  {
    name: "reflect-doubles-the-edge",
    about: "Padding mode `reflect` repeats the edge itself, like numpy's `symmetric`.",
    caughtBy: ["exact", "bounded", "goldens", "non-finite"],
    problems: { wrong: "ic3_ih6_oc4_kh3_ph1_reflect", right: "ic3_ih6_oc4_kh3_ph1_replicate" },
    backend: paddedQuestion("reflect-doubles-the-edge", "reflect", (at, size) =>
      at < 0 ? -at - 1 : 2 * size - 1 - at,
    ),
  },
  {
    name: "reflect-clamped-at-the-end",
    about: "Negative coordinates are reflected. Coordinates after the end are clamped by a check for tiles.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3_ph1_reflect", right: "ic3_ih6_oc4_kh3_pt1_pl1_reflect" },
    backend: paddedQuestion("reflect-clamped-at-the-end", "reflect", (at, size) => (at < 0 ? -at : size - 1)),
  },
  {
    name: "replicate-as-zeros",
    about: "The kernel does not know this padding mode, and uses its default mode.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3_ph1_replicate", right: "ic3_ih6_oc4_kh3_ph1" },
    backend: faultyQuestion("replicate-as-zeros", (problem, operands) => [
      { ...problem, paddingMode: asZeros(problem.paddingMode) },
      operands,
    ]),
  },
  {
    name: "circular-off-by-one",
    about: "Padding mode `circular` wraps with a period of size - 1, which belongs to a reflection.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3_ph1_circular", right: "ic3_ih6_oc4_kh3_ph1" },
    backend: paddedQuestion("circular-off-by-one", "circular", (at, size) => {
      const period = Math.max(1, size - 1);
      return ((at % period) + period) % period;
    }),
  },
];

/** The same question, but each kernel's plane is read by another index. An index past the last weight reads zero. */
function kernelRead(
  index: (problem: Conv2dProblem, y: number, x: number) => number,
): (problem: Conv2dProblem, operands: Operands) => readonly [Conv2dProblem, Operands] {
  return (problem, operands) => {
    const plane = problem.kh * problem.kw;
    const weight = gather(weightShape(problem), operands.weight, ({ at, y, x }) => {
      const from = at - (at % plane) + index(problem, y, x);
      return from < operands.weight.length ? from : undefined;
    });
    return [problem, { ...operands, weight }];
  };
}

function asZeros(mode: PaddingMode): PaddingMode {
  return mode === "replicate" ? "zeros" : mode;
}
