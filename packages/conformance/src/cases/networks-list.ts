/** The fixed networks: networks that people build, and networks that are difficult for a backend that shares memory. */

import type { LayerDefinition, NetworkDefinition } from "./networks-definition.js";

const RELU6 = { activation: "relu6" } as const;
const RELU = { activation: "relu" } as const;

export const NETWORKS: readonly NetworkDefinition[] = [
  {
    name: "one layer",
    input: [2, 3, 9, 7],
    layers: [{ inChannels: 3, outChannels: 5, kernelSize: 3, padding: 1 }],
  },
  {
    name: "three standard convolutions",
    input: [1, 3, 9, 11],
    layers: [
      { inChannels: 3, outChannels: 10, kernelSize: 3, padding: 1, ...RELU },
      { inChannels: 10, outChannels: 7, kernelSize: [2, 3], stride: 2, ...RELU6 },
      { inChannels: 7, outChannels: 13, kernelSize: 3, padding: "same" },
    ],
  },
  {
    name: "MobileNet V1",
    input: [2, 3, 17, 17],
    layers: [
      { inChannels: 3, outChannels: 8, kernelSize: 3, stride: 2, padding: 1, ...RELU6 },
      ...separable(8, 16, 1),
      ...separable(16, 24, 2),
      ...separable(24, 24, 1),
      pooling(24, 5),
      { inChannels: 24, outChannels: 11, kernelSize: 1 },
    ],
  },
  {
    name: "MobileNet V2",
    input: [1, 3, 16, 16],
    layers: [
      { inChannels: 3, outChannels: 8, kernelSize: 3, stride: 2, padding: "same", ...RELU6 },
      ...inverted("first", 8, 8, 3, 1, "0"),
      ...inverted("second", 8, 12, 3, 2),
      ...inverted("third", 12, 12, 2, 1, "second"),
      { inChannels: 12, outChannels: 20, kernelSize: 1, ...RELU6 },
      pooling(20, 4),
      { inChannels: 20, outChannels: 10, kernelSize: 1 },
    ],
  },
  {
    name: "ResNet blocks, one with a shortcut of its own",
    input: [1, 6, 10, 10],
    layers: [
      { inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, ...RELU6 },
      { name: "block", residual: "input", inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, ...RELU6 },
      { name: "shortcut", inChannels: 6, outChannels: 9, kernelSize: 1, stride: 2 },
      { input: "block", inChannels: 6, outChannels: 9, kernelSize: 3, stride: 2, padding: 1, ...RELU6 },
      { residual: "shortcut", inChannels: 9, outChannels: 9, kernelSize: 3, padding: 1 },
    ],
  },
  {
    name: "ResNeXt blocks",
    input: [2, 12, 8, 8],
    layers: [
      { inChannels: 12, outChannels: 16, kernelSize: 1, ...RELU6 },
      { inChannels: 16, outChannels: 16, kernelSize: 3, padding: 1, groups: 4, ...RELU6 },
      { name: "block", residual: "input", inChannels: 16, outChannels: 12, kernelSize: 1, ...RELU6 },
      { inChannels: 12, outChannels: 8, kernelSize: 1, ...RELU6 },
      { inChannels: 8, outChannels: 8, kernelSize: 3, padding: 1, groups: 2, ...RELU6 },
      { residual: "block", inChannels: 8, outChannels: 12, kernelSize: 1 },
    ],
  },
  {
    name: "a residual from the network's input, six layers later",
    input: [1, 5, 8, 9],
    layers: [
      { inChannels: 5, outChannels: 16, kernelSize: 1, ...RELU6 },
      { inChannels: 16, outChannels: 3, kernelSize: 3, padding: 1, ...RELU6 },
      { inChannels: 3, outChannels: 12, kernelSize: 3, padding: 1, ...RELU6 },
      { inChannels: 12, outChannels: 12, kernelSize: 3, padding: 1, groups: 12, ...RELU6 },
      { inChannels: 12, outChannels: 4, kernelSize: 1, ...RELU6 },
      { residual: "input", inChannels: 4, outChannels: 5, kernelSize: 3, padding: 1 },
    ],
  },
  {
    name: "a value that three layers read",
    input: [1, 4, 7, 7],
    layers: [
      { name: "shared", inChannels: 4, outChannels: 6, kernelSize: 3, padding: 1, ...RELU6 },
      { name: "left", inChannels: 6, outChannels: 6, kernelSize: 1, ...RELU6 },
      { name: "right", input: "shared", residual: "left", inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1 },
      { inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, groups: 6, ...RELU6 },
      { residual: "shared", inChannels: 6, outChannels: 6, kernelSize: 1 },
    ],
  },
  {
    name: "layers whose residual is what they read",
    input: [1, 6, 6, 8],
    layers: [
      { residual: "input", inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, ...RELU6 },
      { residual: 0, inChannels: 6, outChannels: 6, kernelSize: 3, padding: 1, groups: 6, ...RELU6 },
      { residual: 1, inChannels: 6, outChannels: 6, kernelSize: 1 },
    ],
  },
  {
    name: "a layer that nobody reads",
    input: [1, 4, 6, 6],
    layers: [
      { inChannels: 4, outChannels: 9, kernelSize: 3, padding: 1 },
      { input: "input", inChannels: 4, outChannels: 5, kernelSize: 3, padding: 1, ...RELU6 },
      { inChannels: 5, outChannels: 4, kernelSize: 1, residual: "input" },
    ],
  },
  {
    name: "padding modes, dilation and sizes of one pixel",
    input: [2, 3, 9, 8],
    layers: [
      { inChannels: 3, outChannels: 8, kernelSize: 3, padding: 2, paddingMode: "reflect", ...RELU6 },
      {
        inChannels: 8,
        outChannels: 8,
        kernelSize: 3,
        dilation: 2,
        padding: [2, 1],
        paddingMode: "circular",
        groups: 2,
      },
      {
        inChannels: 8,
        outChannels: 6,
        kernelSize: 2,
        padding: { top: 1, right: 2 },
        paddingMode: "replicate",
        ...RELU6,
      },
      { inChannels: 6, outChannels: 12, kernelSize: [3, 5], stride: [2, 3], groups: 6, ...RELU6 },
      { inChannels: 12, outChannels: 7, kernelSize: [5, 2], padding: "same", ...RELU6 },
      { inChannels: 7, outChannels: 9, kernelSize: 3, stride: 3, padding: 1 },
    ],
  },
  {
    name: "twelve layers, wide and narrow in turn",
    input: [1, 4, 6, 6],
    layers: Array.from({ length: 12 }, (_, at): LayerDefinition => ({
      inChannels: at % 2 === 0 ? 4 : 20,
      outChannels: at % 2 === 0 ? 20 : 4,
      kernelSize: at % 3 === 0 ? 3 : 1,
      padding: "same",
      // Every third narrow layer adds the narrow layer before it.
      ...(at % 6 === 5 ? { residual: at - 2 } : {}),
      ...(at === 11 ? {} : RELU6),
    })),
  },
];

/** Chains of layers that people combine. The tensor between two layers is read once, and then overwritten. */
export const CHAINS: readonly NetworkDefinition[] = [
  { name: "depthwise and pointwise", input: [1, 8, 9, 9], layers: separable(8, 16, 1) },
  { name: "depthwise with a stride and pointwise", input: [2, 24, 11, 8], layers: separable(24, 13, 2) },
  {
    name: "depthwise with a multiplier and pointwise",
    input: [1, 5, 7, 7],
    layers: [
      { inChannels: 5, outChannels: 15, kernelSize: 5, padding: 2, groups: 5, bias: false },
      { inChannels: 15, outChannels: 6, kernelSize: 1 },
    ],
  },
  { name: "pointwise and depthwise", input: [1, 6, 8, 8], layers: inverted("block", 6, 6, 3, 1).slice(0, 2) },
  { name: "an inverted residual", input: [2, 6, 8, 8], layers: inverted("block", 6, 6, 3, 1, "input") },
  {
    name: "two standard convolutions",
    input: [1, 3, 8, 8],
    layers: [
      { inChannels: 3, outChannels: 8, kernelSize: 3, padding: 1, ...RELU },
      { inChannels: 8, outChannels: 5, kernelSize: 3 },
    ],
  },
];

/** MobileNet V1's pair. */
function separable(from: number, to: number, stride: number): readonly LayerDefinition[] {
  return [
    { inChannels: from, outChannels: from, kernelSize: 3, stride, padding: 1, groups: from, ...RELU6 },
    { inChannels: from, outChannels: to, kernelSize: 1, ...RELU6 },
  ];
}

/** MobileNet V2's block: a wider layer, a depthwise layer, a narrower layer, and a residual if `around` names one. */
function inverted(
  name: string,
  from: number,
  to: number,
  factor: number,
  stride: number,
  around?: string,
): readonly LayerDefinition[] {
  const wide = from * factor;
  return [
    { inChannels: from, outChannels: wide, kernelSize: 1, ...RELU6 },
    { inChannels: wide, outChannels: wide, kernelSize: 3, stride, padding: 1, groups: wide, ...RELU6 },
    {
      name,
      inChannels: wide,
      outChannels: to,
      kernelSize: 1,
      ...(around === undefined ? {} : { residual: around === "0" ? 0 : around }),
    },
  ];
}

/** Global average pooling as a depthwise convolution. */
function pooling(channels: number, size: number): LayerDefinition {
  return {
    inChannels: channels,
    outChannels: channels,
    kernelSize: size,
    groups: channels,
    bias: false,
    pooling: true,
  };
}
