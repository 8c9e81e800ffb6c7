/** Pad: a constant around a tensor. */

import { formatOperation, operationOutputShape, type PadProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, spareLines } from "../kernel-text.js";
import { blocks, LANES, nc4hw4Of } from "../nc4hw4.js";
import { channelOf, here, planeAt, readChannel, readTexel, when } from "./place.js";
import { input, ONE_TEXEL, type OperationKernels, packOne, table } from "./steps.js";

export const pad: OperationKernels<PadProblem> = {
  steps: (p) => ({
    algorithm: `pad by ${isAligned(p) ? "texels" : "lanes"}`,
    // The table has the value of the padding, because the value may be an infinity.
    table: ONE_TEXEL,
    steps: [
      {
        key: formatOperation(p),
        reads: { x: input([p.n, p.c, p.ih, p.iw]), w: table(ONE_TEXEL) },
        output: nc4hw4Of(operationOutputShape(p)),
        source: (access) => padSource(p, access),
      },
    ],
  }),
  pack: ({ value }) => packOne(value),
};

/** Whether the padded channels before the input fill whole texels, and the channels of the input do too if other channels follow. */
function isAligned({ c, pf, pk }: PadProblem): boolean {
  return pf % LANES === 0 && (pk === 0 || c % LANES === 0);
}

function padSource(p: PadProblem, access: Access): string {
  const shape = operationOutputShape(p);
  const at = here(access, shape);
  const value = access.texel("value", "w", "0", "0", "0");
  const [y, x] = [less(at.y, p.pt), less(at.x, p.pl)];
  const inImage = [
    p.pt > 0 && `${y} >= 0`,
    p.pb > 0 && `${y} < ${p.ih}`,
    p.pl > 0 && `${x} >= 0`,
    p.pr > 0 && `${x} < ${p.iw}`,
  ];
  const block = less(at.o, p.pf / LANES);
  const body = isAligned(p)
    ? when(
        [p.pf > 0 && `${block} >= 0`, p.pk > 0 && `${block} < ${blocks(p.c)}`],
        readTexel(access, "x", planeAt(at, p.c, block), y, x),
      )
    : EACH.flatMap((lane) => {
        const channel = less(channelOf(at, lane), p.pf);
        const from = { image: at.image, channels: p.c, y, x };
        return when([`${channel} >= 0`, `${channel} < ${p.c}`], readChannel(access, "x", from, lane, channel));
      });
  return kernelText(
    ["x", "w"],
    [
      ...at.lines,
      ...value.lines,
      ...EACH.map((l) => `let s${l} = ${value.lanes[l]};`),
      ...when(inImage, body),
      ...spareLines(shape[1], at.o),
    ],
  );
}

function less(place: string, count: number): string {
  return count === 0 ? place : `${place} - ${count}`;
}
