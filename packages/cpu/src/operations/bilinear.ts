/** Bilinear upsampling. */

import { operationInputShapes, operationOutputShape, type UpsampleProblem } from "@convene/core";
import { upsampleSources } from "@convene/core/backend";
import type { OperationPlan, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { storageLayout } from "../storage.js";
import { BILINEAR_PARAMS } from "./params.js";
import { writeTable } from "./table.js";

export function planBilinear({ arena }: Workplace, p: UpsampleProblem): OperationPlan {
  const pixel = 4 * p.c;
  const params = writeParams(arena, BILINEAR_PARAMS, {
    rows: writeTable(arena, "rows of an upsampling", sources(p, "h", pixel * p.iw)),
    columns: writeTable(arena, "columns of an upsampling", sources(p, "w", pixel)),
    oh: p.oh,
    ow: p.ow,
    channels: p.c,
    inputImage: storageLayout(operationInputShapes(p)[0]!).image,
    outputImage: storageLayout(operationOutputShape(p)).image,
  });
  return {
    algorithm: "bilinear",
    steps: [{ kernel: "bilinear", params, jobs: p.n * p.oh }],
    workspace: { shared: 0, own: 0 },
  };
}

/** For each output row or column: bytes to the lower source, bytes to the higher source, and the weight of the higher source, a float32. */
function sources(p: UpsampleProblem, axis: "h" | "w", step: number): Int32Array {
  const { low, high, weight } = upsampleSources(p, axis);
  const bits = new Int32Array(weight.buffer);
  const table = new Int32Array(3 * low.length);
  for (let at = 0; at < low.length; at++) table.set([low[at]! * step, high[at]! * step, bits[at]!], 3 * at);
  return table;
}
