/**
 * MobileNet V1 and V2 as layers, with PyTorch's weights from a safetensors file: timm's `mobilenetv1_100` and torchvision's
 * `mobilenet_v2`, or either of another width. Every size comes from the weights.
 *
 *     const network = mobilenetV2(readSafetensors(await readFile("mobilenet_v2.safetensors")));
 *     const model = await prepare(await cpu(), network, [1, 3, 224, 224]);
 */

import { Conv2d, foldBatchNorm, globalAvgPool2d, linear, network } from "@convene/core";
import { float32 } from "@convene/safetensors";

/** @typedef {import("@convene/safetensors").SafetensorsTensors} Tensors */
/** @typedef {Pick<import("@convene/core").Conv2dOptions, "stride" | "activation"> & { depthwise?: boolean }} Kind */

/** Blocks in each of timm's stages of V1. From the second stage on, the first block halves the image. */
const V1_STAGES = [1, 2, 2, 6, 2];
/** The stride of each of V2's inverted residuals. */
const V2_STRIDES = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];

/**
 * A convolution and the batch normalisation behind it, as one layer.
 *
 * @param {Tensors} tensors
 * @param {string} conv the convolution's name in the file
 * @param {string} norm the batch normalisation's
 * @param {Kind} kind
 */
function layer(tensors, conv, norm, { stride = 1, depthwise = false, activation }) {
  const weight = float32(tensors, `${conv}.weight`);
  const [outChannels, perGroup, kernelSize] = tensors[`${conv}.weight`].shape;
  const folded = foldBatchNorm(
    { weight },
    {
      gamma: float32(tensors, `${norm}.weight`),
      beta: float32(tensors, `${norm}.bias`),
      mean: float32(tensors, `${norm}.running_mean`),
      variance: float32(tensors, `${norm}.running_var`),
    },
  );
  const groups = depthwise ? outChannels : 1;
  const padding = (kernelSize - 1) / 2;
  const inChannels = perGroup * groups;
  return new Conv2d({ inChannels, outChannels, kernelSize, stride, padding, groups, activation }, folded);
}

/** @param {Tensors} tensors @param {string} name */
function classifier(tensors, name) {
  const [outFeatures, inFeatures] = tensors[`${name}.weight`].shape;
  const bias = float32(tensors, `${name}.bias`);
  return linear({ inFeatures, outFeatures }, { weight: float32(tensors, `${name}.weight`), bias });
}

/** Depthwise separable convolutions, one after another. @param {Tensors} tensors */
export function mobilenetV1(tensors) {
  const stages = V1_STAGES.flatMap((count, stage) =>
    Array.from({ length: count }, (_, at) => ({
      name: `blocks.${stage}.${at}`,
      stride: stage > 0 && at === 0 ? 2 : 1,
    })),
  );
  return network(
    layer(tensors, "conv_stem", "bn1", { stride: 2, activation: "relu6" }),
    ...stages.flatMap(({ name, stride }) => [
      layer(tensors, `${name}.conv_dw`, `${name}.bn1`, { stride, depthwise: true, activation: "relu6" }),
      layer(tensors, `${name}.conv_pw`, `${name}.bn2`, { activation: "relu6" }),
    ]),
    globalAvgPool2d(),
    classifier(tensors, "classifier"),
  );
}

/** Inverted residuals: a block is wide inside and narrow at its ends, and may add its input. @param {Tensors} tensors */
export function mobilenetV2(tensors) {
  const stem = layer(tensors, "features.0.0", "features.0.1", { stride: 2, activation: "relu6" });
  /** @type {import("@convene/core").NetworkEntry[]} */
  const layers = [stem];
  let channels = stem.outChannels;
  for (const [at, stride] of V2_STRIDES.entries()) {
    const name = `features.${at + 1}.conv`;
    const input = layers.length - 1;
    // The first block has no expansion.
    const wide = at > 0;
    if (wide) layers.push(layer(tensors, `${name}.0.0`, `${name}.0.1`, { activation: "relu6" }));
    const depthwise = `${name}.${wide ? 1 : 0}`;
    layers.push(layer(tensors, `${depthwise}.0`, `${depthwise}.1`, { stride, depthwise: true, activation: "relu6" }));
    const conv = layer(tensors, `${name}.${wide ? 2 : 1}`, `${name}.${wide ? 3 : 2}`, {});
    // A block adds its input if neither the image's size nor the number of channels changes.
    layers.push(stride === 1 && conv.outChannels === channels ? { conv, residual: input } : conv);
    channels = conv.outChannels;
  }
  layers.push(layer(tensors, "features.18.0", "features.18.1", { activation: "relu6" }));
  return network(...layers, globalAvgPool2d(), classifier(tensors, "classifier.1"));
}
