/**
 * Normalisations by statistics of the values themselves, by PyTorch's names. They have no weight and no bias: a depthwise convolution of 1 x 1 behind
 * them has both. Batch normalisation has the statistics of its training, so it is folded into a convolution; see batch-norm.ts.
 */

import { checkInteger, checkKeys } from "../check.js";
import { makeOperation, type Operation } from "./operation.js";
import { operationProblem } from "./operation-problem.js";

/** An option of all normalisations. */
export interface NormOptions {
  /** A number of at least 0 that is added to the variance. Default 1e-5, PyTorch's. */
  readonly eps?: number;
}

/**
 * `torch.nn.GroupNorm(groups, channels, eps, affine=False)`: `(x − mean) / √(variance + eps)` with the mean and the variance of each group of
 * channels of each image, over all pixels. Mean and variance of `torch.nn.LayerNorm([c, h, w])` are those of one group.
 *
 * @param groups an integer of at least 1
 * @throws ConveneError `ERR_INVALID_OPTION`, by `prepare` if the groups do not divide the channels
 */
export function groupNorm(groups: number, options: NormOptions = {}): Operation {
  const g = checkInteger("groups", groups, 1);
  const eps = checkEps("groupNorm options", options);
  return makeOperation("groupNorm", 1, ([shape]) => {
    const [n, c, h, w] = shape!;
    return operationProblem({ kind: "groupNorm", n, g, c, h, w, eps });
  });
}

/**
 * `torch.nn.InstanceNorm2d(channels, eps)`: `(x − mean) / √(variance + eps)` with the mean and the variance of each channel of each image.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function instanceNorm2d(options: NormOptions = {}): Operation {
  const eps = checkEps("instanceNorm2d options", options);
  return makeOperation("groupNorm", 1, ([shape]) => {
    const [n, c, h, w] = shape!;
    return operationProblem({ kind: "groupNorm", n, g: c, c, h, w, eps });
  });
}

/**
 * `torch.nn.LayerNorm(channels, eps, elementwise_affine=False)` over the channels of each pixel, torchvision's `LayerNorm2d`: `(x − mean) / √(variance + eps)`
 * with the mean and the variance of a pixel's channels.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function layerNorm(options: NormOptions = {}): Operation {
  const eps = checkEps("layerNorm options", options);
  return makeOperation("layerNorm", 1, ([shape]) => {
    const [n, c, h, w] = shape!;
    return operationProblem({ kind: "layerNorm", n, c, h, w, eps });
  });
}

/** The `eps` of options, checked as a problem checks it, so that a wrong one is an error before `prepare`. */
function checkEps(name: string, options: NormOptions): number {
  const { eps } = checkKeys(name, options, ["eps"]);
  return operationProblem({ kind: "layerNorm", c: 1, h: 1, ...(eps !== undefined && { eps }) }).eps;
}
