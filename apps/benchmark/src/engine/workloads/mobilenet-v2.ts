/**
 * MobileNet V2, width 1.0, 224 x 224: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018),
 * table 2, as in torchvision's mobilenet_v2. Batch normalisation is folded into the bias. ReLU6 follows each convolution
 * except the projections and the classifier.
 */

import { Conv2d, type Conv2dOptions, network, type NetworkLayer, type Shape4 } from "@convene/core";
import { classifier } from "./classifier.js";
import { networkLayers, type Workload } from "./workload.js";

const INPUT: Shape4 = [1, 3, 224, 224];
const CLASSES = 1000;
const STEM = { outChannels: 32, stride: 2 };
const LAST_CHANNELS = 1280;

/** Expansion, output channels, number of blocks, and the stride of the first block. */
const STAGES: readonly (readonly [expansion: number, outChannels: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

export function mobilenetV2(): Workload {
  const layers: NetworkLayer[] = [];
  const add = (name: string, options: Conv2dOptions, residual?: string): void => {
    const conv = new Conv2d(options, { seed: layers.length });
    layers.push(residual === undefined ? { name, conv } : { name, conv, residual });
  };
  const activation = "relu6";

  add("stem", { inChannels: 3, ...STEM, kernelSize: 3, padding: 1, activation });
  let channels = STEM.outChannels;
  let previous = "stem";
  let block = 0;
  for (const [expansion, outChannels, blocks, firstStride] of STAGES) {
    for (let index = 0; index < blocks; index++) {
      block++;
      const stride = index === 0 ? firstStride : 1;
      const hidden = channels * expansion;
      if (expansion !== 1)
        add(`expand${block}`, { inChannels: channels, outChannels: hidden, kernelSize: 1, activation });
      add(`depthwise${block}`, {
        inChannels: hidden,
        outChannels: hidden,
        kernelSize: 3,
        padding: 1,
        stride,
        groups: hidden,
        activation,
      });
      const shortcut = stride === 1 && channels === outChannels ? previous : undefined;
      add(`project${block}`, { inChannels: hidden, outChannels, kernelSize: 1 }, shortcut);
      channels = outChannels;
      previous = `project${block}`;
    }
  }
  add("last", { inChannels: channels, outChannels: LAST_CHANNELS, kernelSize: 1, activation });

  const whole = network(...layers, ...classifier(LAST_CHANNELS, 7, CLASSES, layers.length));
  return {
    name: "mobilenet-v2",
    about: "MobileNet V2, width 1.0, 224 x 224 (Sandler et al., 2018; torchvision mobilenet_v2)",
    layers: networkLayers(whole, INPUT),
    chain: { network: whole, inputShapes: { input: INPUT } },
  };
}
