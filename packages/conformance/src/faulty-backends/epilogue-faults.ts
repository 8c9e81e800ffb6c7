/** Right sums, wrongly finished. */

import { referenceConv2d } from "../reference.js";
import { type Fault, faultyCompute, faultyQuestion } from "./faulty-backend.js";

export const EPILOGUE_FAULTS: readonly Fault[] = [
  {
    name: "bias-dropped",
    about: "A 1x1 kernel gets no bias: its fast path goes around the code that adds one.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic6_ih4_oc5_kh1", right: "ic6_ih4_oc5_kh2" },
    backend: faultyQuestion("bias-dropped", (problem, operands) =>
      problem.kh * problem.kw === 1 ? [problem, { ...operands, bias: undefined }] : [problem, operands],
    ),
  },
  {
    name: "residual-after-clamp",
    about: "The residual is added to what the activation has already clamped.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3_residual_relu", right: "ic3_ih5_oc4_kh3_residual" },
    backend: faultyCompute("residual-after-clamp", (problem, { residual, ...operands }, output) => {
      output.set(referenceConv2d(problem, operands).output.map((y, at) => y + (residual?.[at] ?? 0)));
    }),
  },
];
