/** Channel shuffle: the output takes channels of the groups in turn. */

import { type ChannelShuffleProblem, formatOperation } from "@convene/core";
import { divideLines, kernelText, sum, times } from "../kernel-text.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, readChannel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const channelShuffle: OperationKernels<ChannelShuffleProblem> = {
  steps(p) {
    const shape = [p.n, p.c, p.h, p.w] as const;
    return {
      algorithm: "channelShuffle by lanes",
      steps: [
        {
          key: formatOperation(p),
          reads: { x: input(shape) },
          output: nc4hw4Of(shape),
          source(access) {
            const at = here(access, shape);
            const lanes = eachChannelLane(p.c, at, (lane) => {
              const [k, j, i] = [`k${lane}`, `j${lane}`, `i${lane}`];
              const from = { image: at.image, channels: p.c, y: at.y, x: at.x };
              return [
                `const ${k} = ${channelOf(at, lane)};`,
                ...divideLines(j, i, k, p.g, p.c),
                ...readChannel(access, "x", from, lane, sum(times(i, p.c / p.g), j)),
              ];
            });
            return kernelText(["x"], [...at.lines, ...ZEROS, ...lanes]);
          },
        },
      ],
    };
  },
};
