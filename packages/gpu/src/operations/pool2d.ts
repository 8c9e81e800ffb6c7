/** The maximum and the mean of windows. */

import { formatOperation, type Pool2dProblem } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, loop, MOST_COUNT, spareLines, sum, times } from "../kernel-text.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { here, when, ZEROS } from "./place.js";
import { input, ONE_TEXEL, type OperationKernels, packOne, table } from "./steps.js";

export const pool2d: OperationKernels<Pool2dProblem> = {
  refuse(p) {
    const reach = Math.max(
      ...axesOf(p).map(({ count, stride, taps, dilation }) => (count - 1) * stride + (taps - 1) * dilation),
    );
    if (reach <= MOST_COUNT) return undefined;
    return `a window reaches coordinate ${reach} of the padded input: shading languages count in float32, which is exact up to 2^24`;
  },
  steps(p) {
    const from = input([p.n, p.c, p.ih, p.iw]);
    const isMax = p.kind === "maxPool2d";
    return {
      algorithm: p.kind,
      // The table of a maximum has the value with which the maximum begins.
      ...(isMax ? { table: ONE_TEXEL } : {}),
      steps: [
        {
          key: formatOperation(p),
          reads: isMax ? { x: from, w: table(ONE_TEXEL) } : { x: from },
          output: nc4hw4Of([p.n, p.c, p.oh, p.ow]),
          source: (access) => poolSource(p, access),
        },
      ],
    };
  },
  pack: () => packOne(-Infinity),
};

function poolSource(p: Pool2dProblem, access: Access): string {
  const at = here(access, [p.n, p.c, p.oh, p.ow]);
  const [rows, columns] = axesOf(p);
  const isMax = p.kind === "maxPool2d";
  const v = access.texel("v", "x", at.z, "iy", "ix");
  const start = access.texel("least", "w", "0", "0", "0");
  const tap = [
    ...v.lines,
    ...EACH.flatMap((l) =>
      isMax
        ? // A NaN counts as larger than all numbers, so it stays. `v != v` would not do: Dawn or SwiftShader takes it for false.
          [
            `const v${l} = ${v.lanes[l]};`,
            `if (v${l} > s${l}) { s${l} = v${l}; } else { if (!(v${l} <= s${l})) { s${l} = s${l} + v${l}; } }`,
          ]
        : [`r${l} = r${l} + ${v.lanes[l]};`],
    ),
  ];
  const along = alongAxis(columns!, at.x, tap);
  // A mean adds up each row first: one sum of all elements of a large window would lose digits.
  const row = isMax
    ? along
    : [...EACH.map((l) => `r${l} = 0.0;`), ...along, ...EACH.map((l) => `s${l} = s${l} + r${l};`)];
  const lines = [
    ...at.lines,
    ...(isMax
      ? [...start.lines, ...EACH.map((l) => `let s${l} = ${start.lanes[l]};`)]
      : [...ZEROS, ...EACH.map((l) => `let r${l} = 0.0;`)]),
    ...alongAxis(rows!, at.y, row),
    ...(isMax ? [] : meanLines(p, at.y, at.x)),
    ...spareLines(p.c, at.o),
  ];
  return kernelText(isMax ? ["x", "w"] : ["x"], lines);
}

interface Axis {
  /** Names of the tap and of its coordinate. */
  readonly tap: "ky" | "kx";
  readonly at: "iy" | "ix";
  readonly size: number;
  readonly count: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function axesOf(p: Pool2dProblem): readonly Axis[] {
  const rows = { size: p.ih, count: p.oh, taps: p.kh, stride: p.sh, dilation: p.dh, before: p.pt, after: p.pb };
  const columns = { size: p.iw, count: p.ow, taps: p.kw, stride: p.sw, dilation: p.dw, before: p.pl, after: p.pr };
  return [
    { tap: "ky", at: "iy", ...rows },
    { tap: "kx", at: "ix", ...columns },
  ];
}

/** The coordinate that a tap reads. */
function coordinate(axis: Axis, place: string): string {
  const { tap, taps, stride, dilation, before } = axis;
  return sum(times(place, stride), taps > 1 && times(tap, dilation)) + (before > 0 ? ` - ${before}` : "");
}

/** The last coordinate that any tap of the axis reads. */
function lastOf({ count, taps, stride, dilation, before }: Axis): number {
  return (count - 1) * stride + (taps - 1) * dilation - before;
}

/** `body` for each tap that lies in the input. */
function alongAxis(axis: Axis, place: string, body: readonly string[]): readonly string[] {
  const { tap, at, taps, size, before } = axis;
  const inside = [before > 0 && `${at} >= 0`, lastOf(axis) >= size && `${at} < ${size}`];
  return loop(tap, taps, [`const ${at} = ${coordinate(axis, place)};`, ...when(inside, body)]);
}

/** Lines that divide `s0` to `s3` by the elements of the window that count. */
function meanLines(p: Pool2dProblem, y: string, x: string): readonly string[] {
  const [rows, columns] = axesOf(p).map((axis, index) => countOf(axis, p.countIncludePad, index === 0 ? y : x));
  return [
    ...rows!.lines,
    ...columns!.lines,
    ...EACH.map((l) => `s${l} = s${l} / (${rows!.value} * ${columns!.value});`),
  ];
}

/** How many taps of an axis count: those within the input, or within the input and its padding. */
function countOf(
  axis: Axis,
  includePad: boolean,
  place: string,
): { readonly lines: readonly string[]; readonly value: string } {
  const { tap, taps, size, before, after } = axis;
  const end = includePad ? size + after : size;
  const inside = [!includePad && before > 0 && `${tap}at >= 0`, lastOf(axis) >= end && `${tap}at < ${end}`];
  if (inside.every((each) => each === false)) return { lines: [], value: `${taps}.0` };
  const body = [`const ${tap}at = ${coordinate(axis, place)};`, ...when(inside, [`${tap}count = ${tap}count + 1.0;`])];
  return { lines: [`let ${tap}count = 0.0;`, ...loop(tap, taps, body)], value: `${tap}count` };
}
