/** Softmax over the channels of each pixel. */

import { operationOutputShape, type SoftmaxProblem } from "@convene/core";
import type { OperationPlan, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { storageLayout } from "../storage.js";
import { cut } from "./division.js";
import { CONSTANT_BYTES } from "./function-codes.js";
import { SOFTMAX_PARAMS } from "./params.js";

export function planSoftmax({ arena, leastJobs }: Workplace, p: SoftmaxProblem): OperationPlan {
  const pixels = p.h * p.w;
  const { image } = storageLayout(operationOutputShape(p));
  const chunk = cut(pixels, Math.ceil(leastJobs / p.n));
  const params = writeParams(arena, SOFTMAX_PARAMS, {
    pixels,
    channels: p.c,
    chunkPixels: chunk.each,
    chunks: chunk.count,
    inputImage: image,
    outputImage: image,
  });
  return {
    algorithm: "softmax",
    steps: [{ kernel: "softmax", params, jobs: p.n * chunk.count }],
    workspace: { shared: 0, own: CONSTANT_BYTES },
  };
}
