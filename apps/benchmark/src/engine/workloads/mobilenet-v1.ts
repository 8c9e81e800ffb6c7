/**
 * MobileNet V1, width 1.0, 224 x 224: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile
 * Vision Applications" (2017), table 1. Batch normalisation is folded into the bias. "All layers are followed by a
 * batchnorm and ReLU nonlinearity with the exception of the final fully connected layer" (section 3.2): ReLU, not the
 * ReLU6 of later implementations. Padding is 1 on each side, as in PyTorch.
 */

import { Conv2d, depthwiseSeparable, network, type NetworkLayer, type Shape4 } from "@convene/core";
import { classifier } from "./classifier.js";
import { networkLayers, type Workload } from "./workload.js";

const CLASSES = 1000;
const STEM = { outChannels: 32, stride: 2 };

/**
 * Stride and output channels of each depthwise-separable pair. Table 1 prints the last stride as 2, but the
 * sizes beside it need 1.
 */
const PAIRS: readonly (readonly [stride: number, outChannels: number])[] = [
  [1, 64],
  [2, 128],
  [1, 128],
  [2, 256],
  [1, 256],
  [2, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [2, 1024],
  [1, 1024],
];

/** @param side the height and the width of the image in pixels, a multiple of 32 */
export function mobilenetV1(side = 224): Workload {
  const input: Shape4 = [1, 3, side, side];
  const common = { kernelSize: 3, padding: 1, activation: "relu" } as const;
  const layers: NetworkLayer[] = [
    { name: "stem", conv: new Conv2d({ ...common, inChannels: 3, ...STEM }, { seed: 0 }) },
  ];
  let inChannels = STEM.outChannels;
  for (const [index, [stride, outChannels]] of PAIRS.entries()) {
    const seeds = { depthwise: { seed: 2 * index + 1 }, pointwise: { seed: 2 * index + 2 } };
    const [depthwise, pointwise] = depthwiseSeparable({ ...common, inChannels, outChannels, stride }, seeds);
    layers.push({ name: `depthwise${index + 1}`, conv: depthwise }, { name: `pointwise${index + 1}`, conv: pointwise });
    inChannels = outChannels;
  }
  const whole = network(...layers, ...classifier(inChannels, side / 32, CLASSES, layers.length));
  return {
    name: "mobilenet-v1",
    about: `MobileNet V1, width 1.0, ${side} x ${side} (Howard et al., 2017)`,
    layers: networkLayers(whole, input),
    chain: { network: whole, inputShapes: { input } },
  };
}
