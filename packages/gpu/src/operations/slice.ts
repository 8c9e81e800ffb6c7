/** Slice: a part of a tensor. */

import { formatOperation, type SliceProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { kernelText, spareLines, sum, times } from "../kernel-text.js";
import { LANES, nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, planeAt, readChannel, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const slice: OperationKernels<SliceProblem> = {
  steps: (p) => ({
    algorithm: `slice by ${isAligned(p) ? "texels" : "lanes"}`,
    steps: [
      {
        key: formatOperation(p),
        reads: { x: input([p.n, p.c, p.ih, p.iw]) },
        output: nc4hw4Of([p.n, p.oc, p.oh, p.ow]),
        source: (access) => sliceSource(p, access),
      },
    ],
  }),
};

/** Whether the part begins with a texel. */
function isAligned({ fc }: SliceProblem): boolean {
  return fc % LANES === 0;
}

function sliceSource(p: SliceProblem, access: Access): string {
  const at = here(access, [p.n, p.oc, p.oh, p.ow]);
  const y = sum(times(at.y, p.sh), p.fh > 0 && String(p.fh));
  const x = sum(times(at.x, p.sw), p.fw > 0 && String(p.fw));
  const lines = isAligned(p)
    ? [
        ...readTexel(access, "x", planeAt(at, p.c, sum(at.o, p.fc > 0 && String(p.fc / LANES))), y, x),
        // The spare lanes are set to 0, because the input may have other channels in these lanes.
        ...spareLines(p.oc, at.o),
      ]
    : eachChannelLane(p.oc, at, (lane) =>
        readChannel(access, "x", { image: at.image, channels: p.c, y, x }, lane, `${channelOf(at, lane)} + ${p.fc}`),
      );
  return kernelText(["x"], [...at.lines, ...ZEROS, ...lines]);
}
