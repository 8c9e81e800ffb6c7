/**
 * The function `conv2d`: one convolution, without a prepared model. The file has the name of PyTorch's module: this
 * function is `torch.nn.functional.conv2d`, and the class `Conv2d` of conv2d.ts is `torch.nn.Conv2d`.
 */

import type { Backend, PrepareOptions } from "./backend.js";
import { Conv2d, type Conv2dOptions } from "./conv2d.js";
import { checkInteger, checkKeys } from "./check.js";
import { checkShape3or4, type Shape, type Shape4 } from "./shape.js";
import { checkTensor, toLayout, type Tensor } from "./tensor.js";
import { prepare } from "./prepare.js";

/** The options of `torch.nn.functional.conv2d`, and `paddingMode`, `activation` and `accuracy`. See `Conv2dOptions` for units and defaults. */
export interface Conv2dFunctionOptions
  extends
    Pick<Conv2dOptions, "stride" | "padding" | "dilation" | "groups" | "paddingMode" | "activation">,
    PrepareOptions {
  /** One element for each output channel. Default none. */
  readonly bias?: Float32Array;
}

const KEYS = ["stride", "padding", "dilation", "groups", "paddingMode", "activation", "accuracy", "bias"];

/**
 * Convolves `x` with `weight` once: `torch.nn.functional.conv2d`. Each call prepares a plan and disposes it; use `prepare` for a
 * convolution that runs again. See https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 *
 * @param x `[n, c, h, w]`, or `[c, h, w]` for one image, in either layout
 * @param weight a tensor whose shape is OIHW, `[oc, ic / groups, kh, kw]`
 * @returns the result `[n, oc, oh, ow]` in the layout of `x`, without a batch axis where `x` has none
 * @throws ConveneError `ERR_INVALID_OPTION`, `ERR_SHAPE`, `ERR_UNSUPPORTED`, `ERR_DISPOSED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`
 */
export async function conv2d<S extends Shape = Shape4>(
  backend: Backend,
  x: Tensor<S>,
  weight: Tensor,
  options: Conv2dFunctionOptions = {},
): Promise<Tensor<S>> {
  const { bias, accuracy, groups = 1, ...rest } = checkKeys("conv2d options", options, KEYS);
  const input = checkTensor(x, "input", checkShape3or4);
  const filters = checkTensor(weight, "weight");
  const [oc, icPerGroup, kh, kw] = filters.shape;
  const layer = new Conv2d(
    {
      ...rest,
      groups,
      inChannels: icPerGroup * checkInteger("groups", groups, 1),
      outChannels: oc,
      kernelSize: [kh, kw],
      bias: bias !== undefined,
    },
    { weight: toLayout(filters, "nchw").data, ...(bias === undefined ? {} : { bias }) },
  );
  const model = await prepare(backend, layer, input.shape, accuracy === undefined ? {} : { accuracy });
  try {
    return (await model.run(input)) as Tensor<S>;
  } finally {
    model.dispose();
  }
}
