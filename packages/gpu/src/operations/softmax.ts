/** Softmax over the channels of each pixel. */

import { formatOperation, type SoftmaxProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, loop, spareLines, sum } from "../kernel-text.js";
import { LANES, nc4hw4Of } from "../nc4hw4.js";
import { exponential } from "./exponential.js";
import { here, planeAt, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

/** Two kernels, so that the sum over a pixel's channels is computed once and not for each texel. */
export const softmax: OperationKernels<SoftmaxProblem> = {
  steps(p) {
    const shape = [p.n, p.c, p.h, p.w] as const;
    const sums = nc4hw4Of([p.n, 1, p.h, p.w]);
    return {
      algorithm: p.kind,
      steps: [
        {
          key: `${formatOperation(p)} sums`,
          reads: { x: input(shape) },
          output: sums,
          source: (access) => sumsSource(p, access),
        },
        {
          key: formatOperation(p),
          reads: { x: input(shape), w: { of: "step", index: 0, planes: sums } },
          output: nc4hw4Of(shape),
          source: (access) => quotientsSource(p, access),
        },
      ],
    };
  },
};

/** Makes a texel for each pixel: the largest of its channels, and the sum of e^(channel - largest). */
function sumsSource(p: SoftmaxProblem, access: Access): string {
  const at = here(access, [p.n, 1, p.h, p.w]);
  const full = Math.floor(p.c / LANES);
  /** `as` is the beginning of the names of one pass over the channels. */
  const over = (as: string, body: (v: string, name: string, lane: number) => readonly string[]): readonly string[] => {
    const read = (name: string, block: string, lanes: readonly number[]) => {
      const texel = access.texel(name, "x", planeAt(at, p.c, block), at.y, at.x);
      return [...texel.lines, ...lanes.flatMap((l) => body(texel.lanes[l]!, `${name}${l}`, l))];
    };
    return [
      ...(full > 0 ? loop("i", full, read(`${as}v`, full > 1 ? "i" : "0", EACH)) : []),
      ...(p.c % LANES > 0 ? read(`${as}rest`, String(full), EACH.slice(0, p.c % LANES)) : []),
    ];
  };
  return kernelText(
    ["x"],
    [
      ...at.lines,
      // A NaN in the first channel stays, because no number is larger. A NaN in another channel makes the sum NaN.
      `let s0 = ${access.lane("x", planeAt(at, p.c, "0"), at.y, at.x, "0")};`,
      ...over("max", (v) => [`if (${v} > s0) { s0 = ${v}; }`]),
      ...EACH.map((l) => `let sum${l} = 0.0;`),
      ...over("exp", (v, name, lane) => {
        const e = exponential(name, `${v} - s0`);
        return [...e.lines, `sum${lane} = sum${lane} + ${e.most} * ${e.last};`];
      }),
      "const s1 = (sum0 + sum1) + (sum2 + sum3);",
      "const s2 = 0.0;",
      "const s3 = 0.0;",
    ],
  );
}

function quotientsSource(p: SoftmaxProblem, access: Access): string {
  const at = here(access, [p.n, p.c, p.h, p.w]);
  const sums = access.texel("sums", "w", sum(at.image || "0"), at.y, at.x);
  return kernelText(
    ["x", "w"],
    [
      ...at.lines,
      ...ZEROS,
      ...readTexel(access, "x", at.z, at.y, at.x),
      ...sums.lines,
      `const largest = ${sums.lanes[0]};`,
      `const total = ${sums.lanes[1]};`,
      ...EACH.flatMap((l) => {
        const e = exponential(`e${l}`, `s${l} - largest`);
        return [...e.lines, `s${l} = ${e.most} / total * ${e.last};`];
      }),
      ...spareLines(p.c, at.o),
    ],
  );
}
