/** `linear`: `torch.nn.Linear` as a pointwise convolution on one pixel. */

import { checkLayerOptions, Conv2d, type Conv2dOptions, type Conv2dWeights } from "./conv2d.js";

/** The options of `torch.nn.Linear`, in camelCase, and an activation. `bias` is true by default. */
export interface LinearOptions extends Pick<Conv2dOptions, "bias" | "activation"> {
  /** An integer, at least 1. */
  readonly inFeatures: number;
  /** An integer, at least 1. */
  readonly outFeatures: number;
}

/**
 * `torch.nn.Linear`, for inputs of shape `[n, inFeatures, 1, 1]`; the output is `[n, outFeatures, 1, 1]`. Put `reshape([n, -1, 1, 1])`,
 * which is `torch.flatten`, between an image and this layer.
 *
 * @param parameters `weight` is `[outFeatures, inFeatures]` and `bias` is `[outFeatures]`, as in PyTorch; or a seed, as in `Conv2d`
 * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE` for parameters of the wrong size
 */
export function linear(options: LinearOptions, parameters?: Conv2dWeights | { readonly seed?: number }): Conv2d {
  const { inFeatures, outFeatures, ...rest } = checkLayerOptions(
    "linear options",
    options,
    ["inFeatures", "outFeatures", "bias", "activation"],
    "linear(options, { weight, bias })",
  );
  return new Conv2d({ ...rest, inChannels: inFeatures, outChannels: outFeatures, kernelSize: 1 }, parameters);
}
