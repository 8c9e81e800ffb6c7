/** Batch normalisation, which after training is a factor and a summand for each channel, and so a part of the convolution before. */

import { checkFloat32Array, checkKeys, checkNumber, readFrom } from "./check.js";
import { checkParameters, type Conv2dWeights } from "./conv2d.js";
import { ConveneError, show } from "./errors.js";

/** The parameters and statistics of `torch.nn.BatchNorm2d`, each of as many elements as there are channels. */
export interface BatchNorm {
  /** `weight` in PyTorch; left out: ones (`affine=False`). */
  readonly gamma?: Float32Array;
  /** `bias` in PyTorch; left out: zeros. */
  readonly beta?: Float32Array;
  /** `running_mean`. */
  readonly mean: Float32Array;
  /** `running_var`. */
  readonly variance: Float32Array;
  /** `eps`. Default 1e-5. */
  readonly epsilon?: number;
}

/** PyTorch's names, which are what someone who ports a network writes first, and the keys here. */
const PYTORCH = { weight: "gamma", bias: "beta", running_mean: "mean", running_var: "variance", eps: "epsilon" };

/**
 * Folds a batch normalisation into the convolution before it: gives the weight (OIHW) and the bias of one convolution that does
 * both. That convolution has a bias, whether or not the first one had. Computed in float64 and rounded once.
 *
 * @throws ConveneError `ERR_SHAPE` where sizes differ, `ERR_INVALID_OPTION` where a variance plus epsilon is not above 0
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
  const channels = checkFloat32Array("mean", mean, lengthOf("mean", mean), "one for each channel").length;
  const each = `one for each of ${channels} channels`;
  for (const [name, array] of Object.entries({ gamma, beta, bias })) {
    if (array !== undefined) checkFloat32Array(name, array, channels, each);
  }
  checkFloat32Array("variance", variance, channels, each);
  checkFloat32Array("weight", weight, lengthOf("weight", weight), "OIHW");
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

/** An array's length; of anything else, whatever it says it has, 0. */
function lengthOf(name: string, array: Float32Array): number {
  const length: unknown = readFrom(name, () => array?.length);
  return typeof length === "number" ? length : 0;
}
