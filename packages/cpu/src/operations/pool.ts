/** Maxima and averages of windows. */

import { operationInputShapes, operationOutputShape, type Pool2dProblem } from "@convene/core";
import type { OperationPlan, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { storageLayout } from "../storage.js";
import { cut, LINE } from "./division.js";
import { POOL_PARAMS } from "./params.js";
import { writeTable } from "./table.js";

/**
 * An average adds up blocks of elements, and then the sums of the blocks: one sum of very many elements loses digits. The error grows with the
 * length of a block and with their number, and the square root of the window's size makes both small. A window of up to this many elements
 * is one block, whose sum is off by 64 roundings at most.
 */
const LEAST_BLOCK = 64;

export function planPool({ arena, leastJobs }: Workplace, p: Pool2dProblem): OperationPlan {
  const [pixel, row] = [4 * p.c, 4 * p.c * p.iw];
  const average = p.kind === "avgPool2d";
  const axes = {
    h: { outputs: p.oh, taps: p.kh, stride: p.sh, dilation: p.dh, before: p.pt, size: p.ih, after: p.pb, step: row },
    w: { outputs: p.ow, taps: p.kw, stride: p.sw, dilation: p.dw, before: p.pl, size: p.iw, after: p.pr, step: pixel },
  };
  const rows = writeTable(arena, "rows of pooling windows", windows(axes.h, p.countIncludePad));
  const columns = writeTable(arena, "columns of pooling windows", windows(axes.w, p.countIncludePad));
  const chunk = cut(p.c, Math.ceil(leastJobs / (p.n * p.oh)), LINE);
  const params = writeParams(arena, POOL_PARAMS, {
    average: average ? 1 : 0,
    rows,
    columns,
    oh: p.oh,
    ow: p.ow,
    channels: p.c,
    tapRow: p.dh * row,
    tapColumn: p.dw * pixel,
    block: Math.max(LEAST_BLOCK, Math.ceil(Math.sqrt(p.kh * p.kw))),
    chunkChannels: chunk.each,
    chunks: chunk.count,
    inputImage: storageLayout(operationInputShapes(p)[0]!).image,
    outputImage: storageLayout(operationOutputShape(p)).image,
  });
  return {
    algorithm: "pool",
    steps: [{ kernel: "pool", params, jobs: p.n * p.oh * chunk.count }],
    workspace: { shared: 0, own: 0 },
  };
}

interface Axis {
  readonly outputs: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly size: number;
  readonly after: number;
  /** Bytes from an input row or column to the next. */
  readonly step: number;
}

/**
 * Three integers for each output row or column: bytes to the first tap within the input, how many taps are within the input, and how many
 * elements an average counts along this axis.
 */
function windows(
  { outputs, taps, stride, dilation, before, size, after, step }: Axis,
  countIncludePad: boolean,
): Int32Array {
  const table = new Int32Array(3 * outputs);
  for (let output = 0; output < outputs; output++) {
    const start = output * stride - before;
    const first = Math.max(0, Math.ceil(-start / dilation));
    /** Taps before the coordinate `end`. */
    const tapsBefore = (end: number): number => Math.min(taps, Math.ceil((end - start) / dilation));
    const inside = Math.max(0, tapsBefore(size) - first);
    table[3 * output] = inside === 0 ? 0 : (start + first * dilation) * step;
    table[3 * output + 1] = inside;
    table[3 * output + 2] = countIncludePad ? tapsBefore(size + after) : inside;
  }
  return table;
}
