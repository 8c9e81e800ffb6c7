/** Faults with right results of the wrong image, row or layout. */

import { inputShape, outputShape } from "@convene/core";
import { rememberedConv2d } from "../remembered-reference.js";
import { elements, gather } from "./elements.js";
import { type Fault, faultyBackend, faultyCompute, faultyQuestion } from "./faulty-backend.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;

export const ADDRESSING_FAULTS: readonly Fault[] = [
  {
    name: "second-image-reads-the-first",
    about: "The input's batch stride is zero, because the author tried only one image.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "n2_ic3_ih5_oc4_kh3", right: "ic3_ih5_oc4_kh3" },
    backend: faultyQuestion("second-image-reads-the-first", (problem, operands) => {
      const image = problem.ic * problem.ih * problem.iw;
      return [problem, { ...operands, input: operands.input.map((_, at, all) => all[at % image]!) }];
    }),
  },
  {
    name: "residual-of-the-first-image",
    about: "The index of the residual has no batch, so every image gets the residual of the first image.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "n2_ic3_ih5_oc4_kh3_residual", right: "ic3_ih5_oc4_kh3_residual" },
    backend: faultyQuestion("residual-of-the-first-image", (problem, operands) => {
      const image = problem.oc * problem.oh * problem.ow;
      return [problem, { ...operands, residual: operands.residual?.map((_, at, all) => all[at % image]!) }];
    }),
  },
  {
    name: "output-rows-as-long-as-the-inputs",
    about:
      "Rows of the output begin iw elements apart instead of ow. Without padding, the rows of one channel overwrite those of the next.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3", right: "ic3_ih6_oc4_kh3_ph1" },
    backend: faultyCompute("output-rows-as-long-as-the-inputs", (problem, operands, output) => {
      const result = rememberedConv2d(problem, operands).output;
      for (const { y, at } of elements(outputShape(problem))) {
        const to = at + y * (problem.iw - problem.ow);
        if (to >= 0 && to < output.length) output[to] = result[at]!;
      }
    }),
  },
  {
    name: "rows-padded-to-4",
    about: "The device pads rows to a multiple of 4 elements, for aligned copies. A read copies the padding too.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih5_oc4_kh3", right: "ic3_ih6_oc4_kh3" },
    backend: faultyCompute("rows-padded-to-4", (problem, operands, output) => {
      const result = rememberedConv2d(problem, operands).output;
      const { ow } = problem;
      const pitch = Math.ceil(ow / 4) * 4;
      for (let at = 0; at < output.length; at++) {
        const [row, x] = [Math.floor(at / pitch), at % pitch];
        output[at] = x < ow ? result[row * ow + x]! : 0;
      }
    }),
  },
  {
    name: "layout-mixed-up",
    about: "An upload in nhwc is stored as if it were nchw: the upload copies the data, and ignores the layout.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic2_ih4_oc3_kh3", right: "ic1_ih4_oc3_kh3" },
    backend: faultyBackend("layout-mixed-up", () => ({ upload: (source, target) => target.data.set(source.data) })),
  },
  {
    name: "residual-in-the-other-layout",
    about: "The kernel works in nhwc. It transposes its input and output, but not the residual.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3_residual", right: "ic3_ih5_oc1_kh3_residual" },
    backend: faultyQuestion("residual-in-the-other-layout", (problem, operands) => {
      const { oc, oh, ow } = problem;
      const residual =
        operands.residual &&
        gather(outputShape(problem), operands.residual, ({ image, c, y, x }) => ((image * oh + y) * ow + x) * oc + c);
      return [problem, { ...operands, residual }];
    }),
  },
  {
    name: "layout-guessed-from-the-shape",
    about:
      "A read in nhwc does not convert data whose width equals the number of channels, because it takes such data for nhwc.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3", right: "ic3_ih6_oc5_kh3" },
    backend: faultyBackend("layout-guessed-from-the-shape", (right) => ({
      read: async (source, shape, layout) =>
        layout === "nhwc" && shape[1] === shape[3]
          ? { shape, layout, data: source.data.slice() }
          : right.read(source, shape, layout),
    })),
  },
  {
    name: "index-of-16-bits",
    about: "The index of an input element has 16 bits, which is enough in small tests only.",
    caughtBy: ["exact", "bounded"],
    problems: { wrong: "ic1_ih257_oc1_kh1", right: "ic1_ih256_oc1_kh1" },
    backend: faultyQuestion("index-of-16-bits", (problem, operands) => {
      const input = gather(inputShape(problem), operands.input, ({ at }) => at & 0xffff);
      return [problem, { ...operands, input }];
    }),
  },
];
