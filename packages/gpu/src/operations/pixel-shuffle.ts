/** Pixel shuffle: channels become pixels. */

import { formatOperation, operationOutputShape, type PixelShuffleProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { divideLines, kernelText, sum, times } from "../kernel-text.js";
import { LANES, nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, planeAt, readChannel, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const pixelShuffle: OperationKernels<PixelShuffleProblem> = {
  steps: (p) => ({
    algorithm: `pixelShuffle by ${isAligned(p) ? "texels" : "lanes"}`,
    steps: [
      {
        key: formatOperation(p),
        reads: { x: input([p.n, p.ic, p.ih, p.iw]) },
        output: nc4hw4Of(operationOutputShape(p)),
        source: (access) => shuffleSource(p, access),
      },
    ],
  }),
};

/** Whether each texel of the output is a whole texel of the input. */
function isAligned(p: PixelShuffleProblem): boolean {
  return p.order === "dcr" && operationOutputShape(p)[1] % LANES === 0;
}

function shuffleSource(p: PixelShuffleProblem, access: Access): string {
  const shape = operationOutputShape(p);
  const [, oc, oh, ow] = shape;
  const at = here(access, shape);
  const phase = sum(p.rh > 1 && times("i", p.rw), p.rw > 1 && "j");
  const lines = [
    ...at.lines,
    `const oy = ${at.y};`,
    `const ox = ${at.x};`,
    ...divideLines("iy", "i", "oy", p.rh, oh),
    ...divideLines("ix", "j", "ox", p.rw, ow),
    ...ZEROS,
  ];
  if (isAligned(p)) {
    const block = sum(at.o, `(${phase}) * ${oc / LANES}`);
    return kernelText(["x"], [...lines, ...readTexel(access, "x", planeAt(at, p.ic, block), "iy", "ix")]);
  }
  const lanes = eachChannelLane(oc, at, (lane) => {
    const k = channelOf(at, lane);
    const channel = p.order === "crd" ? sum(`(${k}) * ${p.rh * p.rw}`, phase) : sum(`(${phase}) * ${oc}`, k);
    return readChannel(access, "x", { image: at.image, channels: p.ic, y: "iy", x: "ix" }, lane, channel);
  });
  return kernelText(["x"], [...lines, ...lanes]);
}
