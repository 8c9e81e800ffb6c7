/** The kernels of operations beside convolution. */

import type { KernelMemory, KernelSet } from "../../kernel-set.js";
import { bilinearJs } from "./bilinear.js";
import { copyRunsJs } from "./copy-runs.js";
import { elementwiseJs } from "./elementwise.js";
import { groupNormJs, layerNormJs } from "./normalize.js";
import { poolJs } from "./pool.js";
import { softmaxJs } from "./softmax.js";
import { transposesJs } from "./transposes.js";

export function operationKernelsJs(memory: KernelMemory): KernelSet["run"] {
  return {
    elementwise: elementwiseJs(memory),
    pool: poolJs(memory),
    copyRuns: copyRunsJs(memory),
    transposes: transposesJs(memory),
    bilinear: bilinearJs(memory),
    softmax: softmaxJs(memory),
    groupNorm: groupNormJs(memory),
    layerNorm: layerNormJs(memory),
  };
}
