/** Sums and products of two tensors, or of a tensor and a number for each channel. */

import { type BinaryProblem, formatOperation } from "@convene/core";
import { clampLines, clampRefusal, EACH, kernelText, spareLines } from "../kernel-text.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { here, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const binary: OperationKernels<BinaryProblem> = {
  refuse: ({ activation }) => clampRefusal(activation),
  steps(p) {
    const shape = [p.n, p.c, p.h, p.w] as const;
    return {
      algorithm: p.perChannel ? `${p.kind} per channel` : p.kind,
      steps: [
        {
          key: formatOperation(p),
          reads: { in0: input(shape), in1: input(p.perChannel ? [p.n, p.c, 1, 1] : shape, 1) },
          output: nc4hw4Of(shape),
          source(access) {
            const at = here(access, shape);
            const [y, x] = p.perChannel ? ["0", "0"] : [at.y, at.x];
            const other = access.texel("other", "in1", at.z, y, x);
            const sign = p.kind === "add" ? "+" : "*";
            return kernelText(
              ["in0", "in1"],
              [
                ...at.lines,
                ...ZEROS,
                ...readTexel(access, "in0", at.z, at.y, at.x),
                ...other.lines,
                ...EACH.map((l) => `s${l} = s${l} ${sign} ${other.lanes[l]};`),
                ...clampLines(p.activation),
                ...(p.activation ? spareLines(p.c, at.o) : []),
              ],
            );
          },
        },
      ],
    };
  },
};
