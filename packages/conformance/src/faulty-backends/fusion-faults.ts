/** Right layers, and a fused plan that is not what they are together. Only a chain shows it, where it is prepared as one. */

import type { Conv2dStage } from "@convene/core";
import { referenceConv2d } from "../reference.js";
import { copyWeights, type Fault, faultyBackend } from "./faulty-backend.js";

export const FUSION_FAULTS: readonly Fault[] = [
  {
    name: "fused-without-what-lies-between",
    about:
      "A fused plan clamps at its end only: its stages' own activations were forgotten when they were put together.",
    caughtBy: ["networks"],
    backend: fusing("fused-without-what-lies-between", (stages) =>
      stages.map((stage, at) =>
        at === stages.length - 1 ? stage : { ...stage, problem: { ...stage.problem, activation: undefined } },
      ),
    ),
  },
  {
    name: "fused-without-its-residual",
    about: "A fused plan takes a residual, as plans do, and has no line that adds it.",
    caughtBy: ["networks"],
    backend: fusing("fused-without-its-residual", (stages) =>
      stages.map((stage) => ({ ...stage, problem: { ...stage.problem, residual: false } })),
    ),
  },
];

/** The reference with fused plans, of stages that `change` has its way with. */
function fusing(
  name: string,
  change: (stages: readonly Conv2dStage[]) => readonly Conv2dStage[],
): ReturnType<typeof faultyBackend> {
  return faultyBackend(name, () => ({
    prepareFused: async (given) => {
      const stages = change(given).map(({ problem, weights }) => ({ problem, weights: copyWeights(weights) }));
      return {
        algorithm: "reference, fused, one fault",
        run: (input, output, residual) => {
          const result = stages.reduce((value, { problem, weights }) => {
            const operands = { ...weights, input: value, residual: problem.residual ? residual?.data : undefined };
            return Float32Array.from(referenceConv2d(problem, operands).output);
          }, input.data);
          output.data.set(result);
        },
        dispose: () => undefined,
      };
    },
  }));
}
