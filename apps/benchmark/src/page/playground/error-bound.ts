/**
 * The largest error of each element of a backend's output, for a chain of convolutions. It follows the rules of
 * `@convene/conformance`, and grows over layers like the allowance of a network. The page shows differences in units of it.
 */

import { type Backend, Conv2d, type ModelLayer, prepare, type Tensor } from "@convene/core";
import { gamma, roundings, transformedBound } from "@convene/conformance";

/** The arithmetic of a layer, which decides its rule. */
export type Arithmetic = ModelLayer["arithmetic"];

/**
 * The bound of a chain. The inputs of a layer have errors up to the bound of the layer before it. The layer's weights carry these
 * errors on, and the layer's own error is added. A clamp makes neither larger. `helper` computes Σ|x||w| as a convolution of absolute
 * values. Its own error of a few units in the last place does not matter.
 *
 * @param helper a backend on this thread. Its results take the place of exact inputs of later layers
 * @param arithmetic the arithmetic of each layer
 * @param input `[1, c, h, w]` in NCHW
 * @returns the largest error of one backend for each output element, in NCHW
 */
export async function chainBound(
  helper: Backend,
  layers: readonly Conv2d[],
  arithmetic: readonly Arithmetic[],
  input: Tensor,
): Promise<Float64Array> {
  let values = input;
  let allowed: Float64Array = new Float64Array(input.data.length);
  for (const [index, layer] of layers.entries()) {
    const problem = layer.problem(values.shape);
    const reads = values.data.map((value, at) => Math.abs(value) + allowed[at]!);
    const magnitudes = await convolve(helper, withAbsoluteWeights(layer, true), { ...values, data: reads });
    const carried =
      index === 0
        ? undefined
        : await convolve(helper, withAbsoluteWeights(layer, false), {
            ...values,
            data: Float32Array.from(allowed),
          });
    const own =
      arithmetic[index] === "transformed"
        ? transformedBound(problem, { input: reads, weight: layer.weights.weight, bias: layer.weights.bias }).bound
        : undefined;
    const relative = gamma(roundings(problem));
    const bound = new Float64Array(magnitudes.length);
    for (let at = 0; at < bound.length; at++) {
      bound[at] = (own ? own[at]! : relative * magnitudes[at]!) + (carried ? carried[at]! : 0);
    }
    if (index < layers.length - 1) {
      const model = await prepare(helper, layer, values.shape, { accuracy: "strict" });
      values = await model.run(values);
      model.dispose();
    }
    allowed = bound;
  }
  return allowed;
}

/** The same layer with |w|, with |b| if `bias` is true, and without its activation. */
function withAbsoluteWeights(layer: Conv2d, bias: boolean): Conv2d {
  const { weight, bias: own } = layer.weights;
  const { pt: top, pl: left, pb: bottom, pr: right } = layer.padding as Exclude<Conv2d["padding"], string>;
  const withBias = bias && own !== undefined;
  return new Conv2d(
    {
      inChannels: layer.inChannels,
      outChannels: layer.outChannels,
      kernelSize: layer.kernelSize,
      stride: layer.stride,
      padding: { top, left, bottom, right },
      dilation: layer.dilation,
      groups: layer.groups,
      paddingMode: layer.paddingMode,
      bias: withBias,
    },
    { weight: weight.map(Math.abs), ...(withBias && { bias: own.map(Math.abs) }) },
  );
}

async function convolve(backend: Backend, layer: Conv2d, x: Tensor): Promise<Float32Array> {
  const model = await prepare(backend, layer, x.shape, { accuracy: "strict" });
  const { data } = await model.run(x);
  model.dispose();
  return data;
}
