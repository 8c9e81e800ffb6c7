/** Larger or smaller images: the nearest pixel, or four of them weighted. */

import { formatOperation, type UpsampleProblem, upsampleSources } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, spareLines } from "../kernel-text.js";
import { hostMemory, LANES, lengthOf, type Planes, planesOf } from "../planes.js";
import { here, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels, table } from "./steps.js";

export const upsample: OperationKernels<UpsampleProblem> = {
  steps(p) {
    const sources = sourcePlanes(p);
    return {
      algorithm: `upsample ${p.mode}`,
      table: sources,
      steps: [
        {
          key: formatOperation(p),
          reads: { x: input([p.n, p.c, p.ih, p.iw]), w: table(sources) },
          output: planesOf([p.n, p.c, p.oh, p.ow]),
          source: (access) => upsampleSource(p, access),
        },
      ],
    };
  },
  pack(p) {
    const planes = sourcePlanes(p);
    const packed = hostMemory(lengthOf(planes));
    for (const [index, axis] of (["h", "w"] as const).entries()) {
      const { low, high, weight } = upsampleSources(p, axis);
      for (let i = 0; i < low.length; i++) {
        packed.set([low[i]!, high[i]!, weight[i]!], LANES * (index * planes.width + i));
      }
    }
    return packed;
  },
};

/** A plane for rows and one for columns, in each a texel for each of the output's: low, high, and the weight of high. */
function sourcePlanes({ oh, ow }: UpsampleProblem): Planes {
  return { planes: 2, height: 1, width: Math.max(oh, ow) };
}

function upsampleSource(p: UpsampleProblem, access: Access): string {
  const at = here(access, [p.n, p.c, p.oh, p.ow]);
  const rows = access.texel("rows", "w", "0", "0", at.y);
  const columns = access.texel("columns", "w", "1", "0", at.x);
  const start = [
    ...at.lines,
    ...rows.lines,
    ...columns.lines,
    `const top = ${rows.lanes[0]};`,
    `const left = ${columns.lanes[0]};`,
  ];
  if (p.mode === "nearest") {
    return kernelText(["x", "w"], [...start, ...ZEROS, ...readTexel(access, "x", at.z, "top", "left")]);
  }
  const read = (as: string, y: string, x: string) => access.texel(as, "x", at.z, y, x);
  const [a, b, c, d] = [
    read("a", "top", "left"),
    read("b", "top", "right"),
    read("c", "bottom", "left"),
    read("d", "bottom", "right"),
  ];
  return kernelText(
    ["x", "w"],
    [
      ...start,
      `const bottom = ${rows.lanes[1]};`,
      `const right = ${columns.lanes[1]};`,
      `const down = ${rows.lanes[2]};`,
      `const across = ${columns.lanes[2]};`,
      `const up = 1.0 - down;`,
      `const back = 1.0 - across;`,
      ...[a, b, c, d].flatMap((each) => each!.lines),
      ...EACH.map((l) => {
        const upper = `back * ${a!.lanes[l]} + across * ${b!.lanes[l]}`;
        const lower = `back * ${c!.lanes[l]} + across * ${d!.lanes[l]}`;
        return `let s${l} = up * (${upper}) + down * (${lower});`;
      }),
      ...spareLines(p.c, at.o),
    ],
  );
}
