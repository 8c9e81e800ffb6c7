/** The end of an image network as convolutions: global average pooling and a fully connected layer. */

import { Conv2d, type NetworkLayer } from "@convene/core";

/** Pooling is a depthwise layer with constant weights over the whole image. The classifier is a pointwise layer on one pixel. */
export function classifier(channels: number, size: number, classes: number, seed: number): readonly NetworkLayer[] {
  const weight = new Float32Array(channels * size * size).fill(1 / (size * size));
  return [
    {
      name: "pool",
      conv: new Conv2d(
        { inChannels: channels, outChannels: channels, kernelSize: size, groups: channels, bias: false },
        { weight },
      ),
    },
    { name: "classifier", conv: new Conv2d({ inChannels: channels, outChannels: classes, kernelSize: 1 }, { seed }) },
  ];
}
