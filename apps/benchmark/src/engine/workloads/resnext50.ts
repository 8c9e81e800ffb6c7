/**
 * ResNeXt-50 32x4d, 224 x 224: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks" (2017), as in
 * torchvision's resnext50_32x4d, with the stride in the grouped 3x3 convolution. Batch normalisation is folded into the bias.
 * The max-pooling after the first convolution is no convolution, so this workload is a list of layers and not one network.
 */

import { conv2dProblem, type Conv2dProblemSpec, type Pads } from "@convene/core";
import type { Workload, WorkloadLayer } from "./workload.js";

const GROUPS = 32;
const CLASSES = 1000;

/** The number of blocks, the channels inside and after a block, and the input size and the stride of the first block. */
const STAGES: readonly (readonly [blocks: number, width: number, outChannels: number, size: number, stride: number])[] =
  [
    [3, 128, 256, 56, 1],
    [4, 256, 512, 56, 2],
    [6, 512, 1024, 28, 2],
    [3, 1024, 2048, 14, 2],
  ];

export function resnext50(): Workload {
  const layers: WorkloadLayer[] = [];
  const add = (name: string, spec: Conv2dProblemSpec): void => {
    layers.push({ name, problem: conv2dProblem(spec), repeat: 1 });
  };
  const pad = (size: number): Pads => ({ pt: size, pl: size, pb: size, pr: size });

  add("stem", { ic: 3, ih: 224, oc: 64, kh: 7, sh: 2, ...pad(3), activation: "relu" });
  let channels = 64;
  for (const [stage, [blocks, width, outChannels, firstSize, firstStride]] of STAGES.entries()) {
    for (let block = 0; block < blocks; block++) {
      const at = `stage${stage + 1}.${block}`;
      const stride = block === 0 ? firstStride : 1;
      const size = block === 0 ? firstSize : firstSize / firstStride;
      add(`${at}.reduce`, { ic: channels, ih: size, oc: width, kh: 1, activation: "relu" });
      add(`${at}.grouped`, {
        g: GROUPS,
        ic: width,
        ih: size,
        oc: width,
        kh: 3,
        sh: stride,
        ...pad(1),
        activation: "relu",
      });
      if (block === 0) add(`${at}.shortcut`, { ic: channels, ih: size, oc: outChannels, kh: 1, sh: stride });
      add(`${at}.expand`, { ic: width, ih: size / stride, oc: outChannels, kh: 1, residual: true, activation: "relu" });
      channels = outChannels;
    }
  }
  add("pool", { g: channels, ic: channels, ih: 7, oc: channels, kh: 7, bias: false });
  add("classifier", { ic: channels, ih: 1, oc: CLASSES, kh: 1 });
  return {
    name: "resnext50",
    about:
      "ResNeXt-50 32x4d, 224 x 224, the convolutions without the max-pooling between them (Xie et al., 2017; torchvision)",
    layers,
  };
}
