/** Layers as a network of core. */

import {
  activation,
  add,
  avgPool2d,
  channelShuffle,
  concat,
  Conv2d,
  ConveneError,
  ConvTranspose2d,
  graph,
  type GraphOutput,
  groupNorm,
  layerNorm,
  type LayerRef,
  maxPool2d,
  multiply,
  type Network,
  type NetworkLayer,
  type Operation,
  pad,
  pixelShuffle,
  prelu,
  reshape,
  slice,
  softmax,
  upsample,
} from "@convene/core";
import { asConv } from "./fuse.js";
import type { Affine, ConvLayer, Layer, OperationLayer, PadLayer, TransposedLayer } from "./layers.js";

/** An output's value, with the layout and the dimensions of the result. */
export interface Output {
  readonly name: string;
  readonly value: number;
  readonly layout: "nchw" | "nhwc";
  readonly dims: readonly number[];
}

export function toNetwork(inputs: readonly string[], layers: readonly Layer[], outputs: readonly Output[]): Network {
  const names = uniqueNames(layers, inputs);
  const ref = (value: number): LayerRef => (value < 0 ? inputs[-1 - value]! : value);
  const answers = outputs.map(({ name, value, layout, dims }): [string, GraphOutput] => [
    name,
    { value: ref(value), layout, dims },
  ]);
  return graph({
    inputs,
    layers: layers.map((layer, index) => {
      try {
        return entryOf(layer, names[index]!, ref);
      } catch (error) {
        if (!(error instanceof ConveneError)) throw error;
        throw new ConveneError(error.code, `the node ${JSON.stringify(layer.name)} of the ONNX file: ${error.message}`);
      }
    }),
    outputs: Object.fromEntries(answers),
  });
}

/** The names of the nodes, made unique: a number is added if a node has become several layers. */
function uniqueNames(layers: readonly Layer[], taken: readonly string[]): string[] {
  const used = new Set(taken);
  const next = new Map<string, number>();
  return layers.map(({ name }) => {
    let unique = name;
    for (let number = next.get(name) ?? 2; used.has(unique); number++) {
      unique = `${name}.${number}`;
      next.set(name, number + 1);
    }
    used.add(unique);
    return unique;
  });
}

function entryOf(layer: Layer, name: string, ref: (value: number) => LayerRef): NetworkLayer {
  switch (layer.kind) {
    case "affine":
      return entryOf(asConv(layer), name, ref);
    case "conv":
      return {
        name,
        conv: convOf(layer),
        input: ref(layer.inputs[0]!),
        ...(layer.residual !== undefined && { residual: ref(layer.residual) }),
      };
    case "convTranspose":
      return { name, conv: transposedOf(layer), input: ref(layer.inputs[0]!) };
    case "pad":
      if (layer.mode === "zeros") return { name, op: padOf(layer), input: ref(layer.inputs[0]!) };
      return { name, conv: paddingConv(layer), input: ref(layer.inputs[0]!) };
    case "operation":
      return { name, op: operationOf(layer), inputs: layer.inputs.map(ref) };
  }
}

/** Weights and bias, with the factor and the summand of each output channel folded into them. */
function folded(
  weight: Float32Array,
  bias: Float32Array | undefined,
  affine: Affine | undefined,
  channelOf: (index: number) => number,
): { readonly weight: Float32Array; readonly bias?: Float32Array } {
  if (!affine) return bias ? { weight, bias } : { weight };
  const { scale, shift } = affine;
  return {
    weight: scale.every((each) => each === 1) ? weight : weight.map((each, index) => each * scale[channelOf(index)]!),
    bias: Float32Array.from(shift, (each, channel) => (bias?.[channel] ?? 0) * scale[channel]! + each),
  };
}

function convOf(layer: ConvLayer): Conv2d {
  const { kernel, stride, dilation, pads, groups, paddingMode, activation: after, affine } = layer;
  const oc = layer.shape[1];
  const size = layer.weight.length / oc;
  const weights = folded(layer.weight, layer.bias, affine, (index) => Math.floor(index / size));
  const [top, left, bottom, right] = pads;
  return new Conv2d(
    {
      inChannels: (size / (kernel[0] * kernel[1])) * groups,
      outChannels: oc,
      kernelSize: kernel,
      stride,
      dilation,
      padding: { top, left, bottom, right },
      groups,
      paddingMode,
      bias: weights.bias !== undefined,
      activation: after,
    },
    weights,
  );
}

function transposedOf(layer: TransposedLayer): ConvTranspose2d {
  const { kernel, stride, dilation, padding, outputPadding, groups, ic, oc, activation: after, affine } = layer;
  const perGroup = oc / groups;
  const taps = kernel[0] * kernel[1];
  // The weight is `[ic, oc / groups, kh, kw]`, so the input channels of a group come one after another.
  const weights = folded(layer.weight, layer.bias, affine, (index) => {
    const group = Math.floor(index / (taps * perGroup * (ic / groups)));
    return group * perGroup + (Math.floor(index / taps) % perGroup);
  });
  const [top, left, bottom, right] = padding;
  return new ConvTranspose2d(
    {
      inChannels: ic,
      outChannels: oc,
      kernelSize: kernel,
      stride,
      dilation,
      padding: { top, left, bottom, right },
      outputPadding,
      groups,
      bias: weights.bias !== undefined,
      activation: after,
    },
    weights,
  );
}

function padOf({ channels, edges: [top, left, bottom, right], value }: PadLayer): Operation {
  return pad({ channels, top, left, bottom, right, value });
}

/** Padding in a mode that repeats pixels of the image, if no convolution follows: a depthwise convolution with weights of 1. */
function paddingConv({ shape, edges: [top, left, bottom, right], mode }: PadLayer): Conv2d {
  const channels = shape[1];
  return new Conv2d(
    {
      inChannels: channels,
      outChannels: channels,
      kernelSize: 1,
      padding: { top, left, bottom, right },
      paddingMode: mode,
      groups: channels,
      bias: false,
    },
    { weight: new Float32Array(channels).fill(1) },
  );
}

function operationOf({ problem: p, slope }: OperationLayer): Operation {
  switch (p.kind) {
    case "activation":
      return activation(p.activation);
    case "prelu":
      return prelu(slope!);
    case "maxPool2d":
    case "avgPool2d": {
      const { kh, kw, sh, sw, dh, dw, pt, pl, pb, pr, ceilMode, countIncludePad } = p;
      const options = {
        kernelSize: [kh, kw],
        stride: [sh, sw],
        dilation: [dh, dw],
        padding: { top: pt, left: pl, bottom: pb, right: pr },
        ceilMode,
      } as const;
      return p.kind === "maxPool2d" ? maxPool2d(options) : avgPool2d({ ...options, countIncludePad });
    }
    case "add":
      return add({ activation: p.activation });
    case "multiply":
      return multiply({ activation: p.activation });
    case "concat":
      return concat();
    case "slice":
      return slice({
        channels: [p.fc, p.fc + p.oc],
        rows: [p.fh, p.fh + (p.oh - 1) * p.sh + 1],
        columns: [p.fw, p.fw + (p.ow - 1) * p.sw + 1],
        step: [p.sh, p.sw],
      });
    case "channelShuffle":
      return channelShuffle(p.g);
    case "pad":
      return pad({ channels: [p.pf, p.pk], top: p.pt, left: p.pl, bottom: p.pb, right: p.pr, value: p.value });
    case "upsample": {
      const { mode, coordinates, rounding, scaleH, scaleW } = p;
      const target =
        scaleH === 0 && scaleW === 0 ? { size: [p.oh, p.ow] as const } : { scale: [scaleH, scaleW] as const };
      return upsample({ ...target, mode, coordinates, rounding });
    }
    case "softmax":
      return softmax();
    case "groupNorm":
      return groupNorm(p.g, { eps: p.eps });
    case "layerNorm":
      return layerNorm({ eps: p.eps });
    case "pixelShuffle":
      return pixelShuffle([p.rh, p.rw], { order: p.order });
    case "reshape":
      return reshape([p.on, p.oc, p.oh, p.ow], { order: p.order });
  }
}
