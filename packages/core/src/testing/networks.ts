/** Networks for the tests of `prepare` and of models, and a function that runs a network without either. */

import { Conv2d, type Conv2dOptions } from "../conv2d.js";
import { network, type Network } from "../network.js";
import { isOperationProblem } from "../operations/operation-problem.js";
import type { Shape4 } from "../shape.js";
import { tensor, type Tensor, toLayout } from "../tensor.js";
import { convolve } from "./plain-backend.js";

/** A layer with weights from a seed. */
export const conv = (options: Conv2dOptions, seed = 0): Conv2d => new Conv2d(options, { seed });

/** Multiplies by `factor` and adds `bias`: a layer whose answers can be worked out in the head. */
export const scale = (factor: number, bias = 0): Conv2d =>
  new Conv2d(
    { inChannels: 1, outChannels: 1, kernelSize: 1 },
    { weight: Float32Array.of(factor), bias: Float32Array.of(bias) },
  );

/** An input of `scale`: one element, 2. */
export const x2 = tensor([2], [1, 1, 1, 1]);

/** Blocks as in MobileNet V2, with strides, a branch and residuals from near and far. */
export const BLOCKS = network(
  {
    conv: conv({ inChannels: 3, outChannels: 4, kernelSize: 3, stride: 2, padding: 1, activation: "relu6" }, 1),
    name: "stem",
  },
  conv({ inChannels: 4, outChannels: 8, kernelSize: 1, activation: "relu6" }, 2),
  conv({ inChannels: 8, outChannels: 8, kernelSize: 3, padding: 1, groups: 8, activation: "relu6" }, 3),
  { conv: conv({ inChannels: 8, outChannels: 4, kernelSize: 1, bias: false }, 4), name: "first", residual: "stem" },
  conv({ inChannels: 4, outChannels: 12, kernelSize: 1 }, 5),
  conv(
    { inChannels: 12, outChannels: 12, kernelSize: 3, padding: 2, dilation: 2, groups: 3, paddingMode: "reflect" },
    6,
  ),
  {
    conv: conv({ inChannels: 12, outChannels: 4, kernelSize: 1, activation: "relu" }, 7),
    name: "second",
    residual: "first",
  },
  { conv: conv({ inChannels: 4, outChannels: 4, kernelSize: 1 }, 8), input: "stem", residual: "second" },
);
/** An input of `BLOCKS`. */
export const SHAPE: Shape4 = [2, 3, 9, 10];

/** Each layer on its own memory, one after another. */
export function runPlainly(net: Network, x: Tensor): Tensor {
  const values: Float32Array[] = [];
  const input = toLayout(x, "nchw").data;
  const valueOf = (ref: number): Float32Array => (ref < 0 ? input : values[ref]!);
  for (const [index, problem] of net.problems(x.shape).entries()) {
    const layer = net.layers[index]!;
    if (isOperationProblem(problem) || layer.kind === "operation") throw new Error("convolutions only");
    values.push(
      convolve(
        problem,
        layer.conv.weights,
        valueOf(layer.input),
        layer.residual === undefined ? undefined : valueOf(layer.residual),
      ),
    );
  }
  return toLayout(tensor(values.at(-1)!, net.outputShape(x.shape)), x.layout);
}
