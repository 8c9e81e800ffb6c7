/**
 * How far a backend's output may be from the exact one, element by element, for a chain of convolutions: the rules of
 * `@convene/conformance`, and over layers as a network's allowance grows. So a difference can be shown in units of it.
 */

import { type Backend, Conv2d, type ModelLayer, prepare, type Tensor } from "@convene/core";
import { gamma, roundings, transformedBound } from "@convene/conformance";

/** What ran a layer: its rule. */
export type Arithmetic = ModelLayer["arithmetic"];

/**
 * The bound of a chain. What a layer reads may be off by the bound before it, which its weights carry on; its own error comes on
 * top. A clamp makes neither larger. Σ|x||w| is computed by `helper`, as a convolution of absolute values, whose own error of a
 * few units in the last place is no matter here.
 *
 * @param helper a backend on this thread; its results stand for the exact ones where a layer reads them
 * @param arithmetic what ran each layer
 * @param input `[1, c, h, w]` in NCHW
 * @returns for each output element, in NCHW, how far one backend may be off
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

/** The same layer with |w| and, if wanted, |b|, and without its activation. */
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
