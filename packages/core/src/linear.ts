/** `torch.nn.Linear` as what it is: a pointwise convolution on one pixel. */

import { checkLayerOptions, Conv2d, type Conv2dOptions, type Conv2dWeights } from "./conv2d.js";

/** The options of `torch.nn.Linear`, in camelCase, and an activation. `bias` is true by default. */
export interface LinearOptions extends Pick<Conv2dOptions, "bias" | "activation"> {
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * A linear layer for inputs of `[n, inFeatures, 1, 1]`. For an image, `reshape([n, -1, 1, 1])` comes before, which is
 * `torch.flatten`.
 *
 * @param parameters `weight` is `[outFeatures, inFeatures]` as in PyTorch
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
