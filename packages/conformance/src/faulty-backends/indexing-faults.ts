/** Right sums of the wrong elements. */

import type { Conv2dProblem } from "@convene/core";
import { referenceConv2d } from "../reference.js";
import { type Fault, faultyBackend, faultyCompute, faultyQuestion } from "./faulty-backend.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;

export const INDEXING_FAULTS: readonly Fault[] = [
  {
    name: "pad-off-by-one",
    about: "The left pad is one too small: the border is counted from 1.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih6_oc4_kh3_ph1", right: "ic4_ih6_oc4_kh3_pt1_pb1_pr1" },
    backend: faultyQuestion("pad-off-by-one", (problem, operands) => [
      { ...problem, pl: Math.max(0, problem.pl - 1) },
      operands,
    ]),
  },
  {
    name: "groups-swapped",
    about: "The weights of the first two groups have changed places: packed from the last group down.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
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
    name: "tail-not-written",
    about: "Channels past the last whole tile of 8 are never written: the loop over tiles ends one early.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih5_oc13_kh3", right: "ic4_ih5_oc16_kh3" },
    backend: faultyCompute("tail-not-written", (problem, operands, output) => {
      const { n, oc, oh, ow } = problem;
      const result = referenceConv2d(problem, operands).output;
      // Where there is no whole tile, another loop is at work, and that one is right.
      const written = oc < 8 ? oc : oc - (oc % 8);
      for (let image = 0; image < n; image++) {
        const from = image * oc * oh * ow;
        output.set(result.subarray(from, from + written * oh * ow), from);
      }
    }),
  },
  {
    name: "packed-for-the-wrong-tile",
    about:
      "Weights are packed in panels of 8 output channels, and read as panels of 4: two kernels, one packing routine.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih5_oc5_kh3", right: "ic4_ih5_oc4_kh3" },
    backend: faultyQuestion("packed-for-the-wrong-tile", (problem, operands) => [
      problem,
      { ...operands, weight: repack(problem, operands.weight) },
    ]),
  },
  {
    name: "dilation-ignored-in-one-axis",
    about: "Columns are not dilated: the kernel was written for dilation in h, and w was forgotten.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih8_oc4_kh3_dh2", right: "ic3_ih8_oc4_kh3_dh2_dw1" },
    backend: faultyQuestion("dilation-ignored-in-one-axis", (problem, operands) => [{ ...problem, dw: 1 }, operands]),
  },
  {
    name: "layout-mixed-up",
    about: "An nhwc upload is taken as nchw: the bytes are copied, the layout is not looked at.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic2_ih4_oc3_kh3", right: "ic1_ih4_oc3_kh3" },
    backend: faultyBackend("layout-mixed-up", () => ({ upload: (source, target) => target.data.set(source.data) })),
  },
  {
    name: "stride-swapped",
    about: "The stride of rows is used for columns, and the other way around.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih9_oc4_kh3_sh2_sw1", right: "ic3_ih9_oc4_kh3_sh2" },
    backend: faultyQuestion("stride-swapped", (problem, operands) => [
      { ...problem, sh: problem.sw, sw: problem.sh },
      operands,
    ]),
  },
];

/**
 * The weights that a kernel of 4 columns sees in what was packed for one of 8. In each group the weights are a matrix of
 * `columns` output channels by `terms`; a panel of `width` columns holds, term by term, `width` weights side by side,
 * zeros past the last column. Groups of at most 4 columns are packed for the right kernel.
 */
function repack({ g, oc, ic, kh, kw }: Conv2dProblem, weight: Float32Array): Float32Array {
  const columns = oc / g;
  const terms = (ic / g) * kh * kw;
  const packedWidth = columns > 4 ? 8 : 4;
  const place = (width: number, column: number, term: number): number =>
    (Math.floor(column / width) * terms + term) * width + (column % width);
  const seen = new Float32Array(weight.length);
  for (let group = 0; group < g; group++) {
    const first = group * columns * terms;
    const packed = new Float32Array(Math.ceil(columns / packedWidth) * packedWidth * terms);
    for (let column = 0; column < columns; column++) {
      for (let term = 0; term < terms; term++) {
        packed[place(packedWidth, column, term)] = weight[first + column * terms + term]!;
      }
    }
    for (let column = 0; column < columns; column++) {
      for (let term = 0; term < terms; term++) {
        seen[first + column * terms + term] = packed[place(4, column, term)]!;
      }
    }
  }
  return seen;
}
