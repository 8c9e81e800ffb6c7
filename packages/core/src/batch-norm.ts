/** Batch normalisation. After training it is one factor and one summand for each channel, so the convolution before it can do both. */

import { checkFloat32Array, checkKeys, checkNumber, readFrom } from "./check.js";
import { checkParameters, type Conv2dWeights } from "./conv2d.js";
import { ConveneError, show } from "./errors.js";

/** The parameters and statistics of `torch.nn.BatchNorm2d`. Each array has one element for each channel. */
export interface BatchNorm {
  /** `weight` in PyTorch; left out: ones (`affine=False`). */
  readonly gamma?: Float32Array;
  /** `bias` in PyTorch; left out: zeros. */
  readonly beta?: Float32Array;
  /** `running_mean`. */
  readonly mean: Float32Array;
  /** `running_var`. */
  readonly variance: Float32Array;
  /** `eps`. Default 1e-5, PyTorch's. Each variance plus epsilon must be above 0. */
  readonly epsilon?: number;
}

/** PyTorch's names, which are what someone who ports a network writes first, and the keys here. */
const PYTORCH = { weight: "gamma", bias: "beta", running_mean: "mean", running_var: "variance", eps: "epsilon" };

/**
 * Folds a `torch.nn.BatchNorm2d` in evaluation mode into the `Conv2d` or `linear` before it. The result is computed in float64 and
 * rounded to float32 once. The weights of a `ConvTranspose2d` lie in another order, which their numbers do not show: write a batch
 * normalisation behind such a layer as a depthwise 1x1 convolution, which is the fold into weights of ones.
 *
 * @returns the weight (OIHW) and the bias (one element for each output channel) of a convolution that does both. This convolution always
 * has a bias, so its layer needs `bias: true`, the default
 * @throws ConveneError `ERR_SHAPE` where sizes differ; `ERR_INVALID_OPTION` for an unknown key, and where a variance plus epsilon is not
 * above 0
 */
export function foldBatchNorm(
  weights: Conv2dWeights,
  norm: BatchNorm,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const { weight, bias } = checkParameters("weights", weights, ["weight", "bias"]);
  for (const [name, key] of Object.entries(PYTORCH)) {
    if (!readFrom("batch normalisation", () => name in Object(norm))) continue;
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `batch normalisation has no key "${name}": PyTorch's ${name} is ${key} here`,
    );
  }
  const {
    gamma,
    beta,
    mean,
    variance,
    epsilon = 1e-5,
  } = checkKeys("batch normalisation", norm, ["gamma", "beta", "mean", "variance", "epsilon"]);
  checkNumber("epsilon", epsilon);
  // Any length is right, so no message says where a length comes from.
  const channels = checkFloat32Array("mean", mean, lengthOf("mean", mean), "").length;
  const each = `one for each of ${channels} channels`;
  for (const [name, array] of Object.entries({ gamma, beta, bias })) {
    if (array !== undefined) checkFloat32Array(name, array, channels, each);
  }
  checkFloat32Array("variance", variance, channels, each);
  checkFloat32Array("weight", weight, lengthOf("weight", weight), "");
  if (channels === 0 || weight.length % channels !== 0) {
    throw new ConveneError(
      "ERR_SHAPE",
      `weight has ${weight.length} elements, which ${channels} channels do not divide`,
    );
  }
  const size = weight.length / channels;
  const folded = { weight: new Float32Array(weight.length), bias: new Float32Array(channels) };
  for (let channel = 0; channel < channels; channel++) {
    const spread = variance[channel]! + epsilon;
    if (!(spread > 0)) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `variance[${channel}] (${show(variance[channel])}) plus epsilon must be above 0`,
      );
    }
    const scale = (gamma?.[channel] ?? 1) / Math.sqrt(spread);
    folded.bias[channel] = ((bias?.[channel] ?? 0) - mean[channel]!) * scale + (beta?.[channel] ?? 0);
    for (let at = channel * size; at < (channel + 1) * size; at++) folded.weight[at] = weight[at]! * scale;
  }
  return folded;
}

/** An array's length; 0 for anything without a numeric length. */
function lengthOf(name: string, array: Float32Array): number {
  const length: unknown = readFrom(name, () => array?.length);
  return typeof length === "number" ? length : 0;
}
