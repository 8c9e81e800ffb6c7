/** PReLU: numbers below 0 are multiplied by a slope of their channel. */

import { formatOperation, type PreluProblem } from "@convene/core";
import { EACH, kernelText } from "../kernel-text.js";
import { blocks, hostMemory, LANES, type Nc4hw4, nc4hw4Of } from "../nc4hw4.js";
import { here, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels, table } from "./steps.js";

export const prelu: OperationKernels<PreluProblem> = {
  steps(p) {
    const shape = [p.n, p.c, p.h, p.w] as const;
    const slopes = slopePlanes(p);
    return {
      algorithm: p.kind,
      table: slopes,
      steps: [
        {
          key: formatOperation(p),
          reads: { x: input(shape), w: table(slopes) },
          output: nc4hw4Of(shape),
          source(access) {
            const at = here(access, shape);
            const slope = access.texel("slope", "w", at.o, "0", "0");
            const lines = [
              ...at.lines,
              ...ZEROS,
              ...readTexel(access, "x", at.z, at.y, at.x),
              ...slope.lines,
              ...EACH.map((l) => `if (s${l} < 0.0) { s${l} = s${l} * ${slope.lanes[l]}; }`),
            ];
            return kernelText(["x", "w"], lines);
          },
        },
      ],
    };
  },
  pack(p, { slope }) {
    const packed = hostMemory(LANES * blocks(p.c));
    packed.set(slope!);
    return packed;
  },
};

function slopePlanes({ c }: PreluProblem): Nc4hw4 {
  return { planes: blocks(c), height: 1, width: 1 };
}
