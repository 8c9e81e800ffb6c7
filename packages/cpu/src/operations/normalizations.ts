/** Normalisations: groups of channels over all pixels of an image, and the channels of each pixel. */

import { type GroupNormProblem, type LayerNormProblem, operationOutputShape } from "@convene/core";
import type { OperationPlan, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { storageLayout } from "../storage.js";
import { cut, LINE } from "./division.js";
import { GROUP_NORM_PARAMS, LAYER_NORM_PARAMS } from "./params.js";

/**
 * A job has whole groups, of at least a cache line of channels if the image has as many. So one large group is one job, which no second
 * thread can share.
 */
export function planGroupNorm({ arena }: Workplace, p: GroupNormProblem): OperationPlan {
  const { image } = storageLayout(operationOutputShape(p));
  const groupChannels = p.c / p.g;
  const chunkChannels = Math.min(p.c, groupChannels * Math.ceil(LINE / groupChannels));
  const chunks = Math.ceil(p.c / chunkChannels);
  // Kernels read and write whole vectors, up to four of them at a time.
  const list = 4 * LINE * Math.ceil(chunkChannels / LINE);
  const params = writeParams(arena, GROUP_NORM_PARAMS, {
    pixels: p.h * p.w,
    // The error grows with the length of a block and with their number, and the square root makes both small, as for averages.
    block: Math.ceil(Math.sqrt(p.h * p.w)),
    channels: p.c,
    groupChannels,
    size: groupChannels * p.h * p.w,
    eps: p.eps,
    chunkChannels,
    chunks,
    list,
    inputImage: image,
    outputImage: image,
  });
  return {
    algorithm: "group-norm",
    steps: [{ kernel: "groupNorm", params, jobs: p.n * chunks }],
    workspace: { shared: 0, own: 2 * list + 4 * LINE },
  };
}

export function planLayerNorm({ arena, leastJobs }: Workplace, p: LayerNormProblem): OperationPlan {
  const pixels = p.h * p.w;
  const { image } = storageLayout(operationOutputShape(p));
  const chunk = cut(pixels, Math.ceil(leastJobs / p.n));
  const params = writeParams(arena, LAYER_NORM_PARAMS, {
    pixels,
    channels: p.c,
    eps: p.eps,
    chunkPixels: chunk.each,
    chunks: chunk.count,
    inputImage: image,
    outputImage: image,
  });
  return {
    algorithm: "layer-norm",
    steps: [{ kernel: "layerNorm", params, jobs: p.n * chunk.count }],
    workspace: { shared: 0, own: 0 },
  };
}
