/** Upsampling: larger or smaller images, by the nearest pixel or by four weighted pixels. */

import { formatOperation, type UpsampleProblem } from "@convene/core";
import { upsampleSources } from "@convene/core/backend";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, spareLines } from "../kernel-text.js";
import { hostMemory, LANES, lengthOf, type Nc4hw4, nc4hw4Of } from "../nc4hw4.js";
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
          output: nc4hw4Of([p.n, p.c, p.oh, p.ow]),
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

/** A plane for rows and a plane for columns. Each has a texel for each row or column of the output: low, high, and the weight of high. */
function sourcePlanes({ oh, ow }: UpsampleProblem): Nc4hw4 {
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
    `const yLow = ${rows.lanes[0]};`,
    `const xLow = ${columns.lanes[0]};`,
  ];
  if (p.mode === "nearest") {
    return kernelText(["x", "w"], [...start, ...ZEROS, ...readTexel(access, "x", at.z, "yLow", "xLow")]);
  }
  const read = (as: string, y: string, x: string) => access.texel(as, "x", at.z, y, x);
  const [a, b, c, d] = [
    read("a", "yLow", "xLow"),
    read("b", "yLow", "xHigh"),
    read("c", "yHigh", "xLow"),
    read("d", "yHigh", "xHigh"),
  ];
  return kernelText(
    ["x", "w"],
    [
      ...start,
      `const yHigh = ${rows.lanes[1]};`,
      `const xHigh = ${columns.lanes[1]};`,
      `const yWeight = ${rows.lanes[2]};`,
      `const xWeight = ${columns.lanes[2]};`,
      `const yRest = 1.0 - yWeight;`,
      `const xRest = 1.0 - xWeight;`,
      ...[a, b, c, d].flatMap((each) => each!.lines),
      ...EACH.map((l) => {
        const upper = `xRest * ${a!.lanes[l]} + xWeight * ${b!.lanes[l]}`;
        const lower = `xRest * ${c!.lanes[l]} + xWeight * ${d!.lanes[l]}`;
        return `let s${l} = yRest * (${upper}) + yWeight * (${lower});`;
      }),
      ...spareLines(p.c, at.o),
    ],
  );
}
