/** Fuses neighbouring layers: layers after a convolution and padding before it become a part of it. Layers that nothing reads are removed. */

import type { Activation } from "@convene/core";
import { activationRange, isClamp } from "@convene/core/backend";
import type { AffineLayer, ConvLayer, Layer, OperationLayer, PadLayer, TransposedLayer } from "./layers.js";

/** Layers and the values that are outputs, after fusing. */
export interface Fused {
  readonly layers: readonly Layer[];
  readonly outputs: readonly number[];
}

/**
 * Goes through the layers once, in order. A layer is fused into the layer before it if no other layer reads the value of the layer before. The fused
 * layer then makes the value of both.
 */
export function fuse(layers: readonly Layer[], outputs: readonly number[]): Fused {
  const uses = countUses(layers, outputs);
  /** The layers made so far; undefined in place of a layer that was fused into a later layer. */
  const made: (Layer | undefined)[] = [];
  /** The new index of each old value. */
  const places: number[] = [];
  const place = (value: number): number => (value < 0 ? value : places[value]!);
  for (const [index, layer] of layers.entries()) {
    if (uses[index] === 0) {
      places.push(-Infinity);
      continue;
    }
    const inputs = layer.inputs.map(place);
    const single = (at: number): boolean => uses[layer.inputs[at]!] === 1;
    const next = { ...layer, inputs } as Layer;
    const joined = join(next, made, single);
    const at = joined === undefined ? undefined : joined.at;
    // The joined layer takes the place of the later layer, so that all its inputs come before it.
    if (at !== undefined) made[at] = undefined;
    made.push(joined?.layer ?? next);
    places.push(made.length - 1);
    // A fused value has the readers of the later layer.
  }
  return withoutGaps(made, outputs.map(place));
}

function countUses(layers: readonly Layer[], outputs: readonly number[]): number[] {
  const uses = layers.map(() => 0);
  const live = (value: number): void => {
    if (value >= 0) uses[value]!++;
  };
  for (const value of outputs) live(value);
  for (let index = layers.length - 1; index >= 0; index--) {
    if (uses[index] === 0) continue;
    for (const value of layers[index]!.inputs) live(value);
  }
  return uses;
}

interface Joined {
  readonly layer: Layer;
  /** The index of the earlier layer, which is removed; undefined where other layers still need the earlier layer. */
  readonly at: number | undefined;
}

type Single = (input: number) => boolean;

function join(layer: Layer, made: readonly (Layer | undefined)[], single: Single): Joined | undefined {
  const before = layer.inputs.map((value) => (value < 0 ? undefined : made[value]));
  switch (layer.kind) {
    case "affine":
      return single(0) ? withAffine(layer, before[0]) : undefined;
    case "conv":
      return withPads(layer, before[0], single(0)) ?? behindAffine(layer, before[0], single(0));
    case "operation":
      if (layer.problem.kind === "activation")
        return single(0) ? withActivation(layer, layer.problem.activation, before[0]) : undefined;
      if (layer.problem.kind === "add" && !layer.problem.perChannel) return withResidual(layer, before, single);
      return layer.problem.kind === "avgPool2d" || layer.problem.kind === "maxPool2d"
        ? pooledPads(layer, before[0], single(0))
        : undefined;
    default:
      return undefined;
  }
}

/** `(y·a + b)·scale + shift`. */
function withAffine({ inputs, affine, name }: AffineLayer, before: Layer | undefined): Joined | undefined {
  const isFree =
    before?.kind === "affine" ||
    (before?.kind === "conv" && before.residual === undefined && before.activation === undefined) ||
    (before?.kind === "convTranspose" && before.activation === undefined);
  if (!isFree) return undefined;
  const { scale, shift } = affine;
  const first = (before as AffineLayer | ConvLayer | TransposedLayer).affine;
  const both = first
    ? {
        scale: scale.map((each, c) => each * first.scale[c]!),
        shift: shift.map((each, c) => each + scale[c]! * first.shift[c]!),
      }
    : affine;
  return { layer: { ...before, affine: both, ...(before.kind === "affine" && { name }) } as Layer, at: inputs[0]! };
}

function withActivation(layer: OperationLayer, activation: Activation, before: Layer | undefined): Joined | undefined {
  if (!before || !isClamp(activation)) return undefined;
  const at = layer.inputs[0]!;
  if (before.kind === "conv" || before.kind === "convTranspose") {
    const clamp = bothClamps(before.activation, activation);
    return clamp && { layer: { ...before, activation: clamp }, at };
  }
  if (before.kind === "affine") return { layer: { ...asConv(before), activation }, at };
  if (before.kind !== "operation") return undefined;
  const { problem } = before;
  if (problem.kind !== "add" && problem.kind !== "multiply" && problem.kind !== "activation") return undefined;
  const clamp = bothClamps(problem.activation, activation);
  return clamp && { layer: { ...before, problem: { ...problem, activation: clamp } } as Layer, at };
}

/** One clamp in place of two successive clamps; undefined if the first activation is no clamp. */
function bothClamps(first: Activation | undefined, then: Activation): Activation | undefined {
  if (first === undefined) return then;
  if (!isClamp(first) || !isClamp(then)) return undefined;
  const [[a, b], [min, max]] = [activationRange(first), activationRange(then)];
  const [low, high] = [a, b].map((end) => Math.min(Math.max(end, min), max)) as [number, number];
  if (low === 0 && high === Infinity) return "relu";
  return low === 0 && high === 6 ? "relu6" : { clamp: [low, high] };
}

/** A sum with the output of a convolution becomes its residual. Of two convolutions the later one is tried first, because its other operand is there. */
function withResidual(
  layer: OperationLayer,
  before: readonly (Layer | undefined)[],
  single: Single,
): Joined | undefined {
  const [a, b] = layer.inputs as [number, number];
  if (a === b) return undefined;
  for (const index of b > a ? [1, 0] : [0, 1]) {
    const one = before[index];
    const conv = one?.kind === "affine" ? asConv(one) : one;
    if (conv?.kind !== "conv" || !single(index) || conv.residual !== undefined || conv.activation !== undefined)
      continue;
    const residual = index === 1 ? a : b;
    return { layer: { ...conv, inputs: [conv.inputs[0]!, residual], residual }, at: layer.inputs[index] };
  }
  return undefined;
}

function plusEdges(pads: ConvLayer["pads"], edges: PadLayer["edges"]): ConvLayer["pads"] {
  return pads.map((each, index) => each + edges[index]!) as unknown as ConvLayer["pads"];
}

/**
 * Fuses padding into the convolution after it: zeros in addition to the convolution's own padding, or another mode if
 * the convolution has no padding.
 */
function withPads(layer: ConvLayer, before: Layer | undefined, single: boolean): Joined | undefined {
  if (before?.kind !== "pad" || before.channels.some((each) => each !== 0)) return undefined;
  const own = layer.pads.some((each) => each !== 0);
  const fits = before.mode === "zeros" ? before.value === 0 && layer.paddingMode === "zeros" : !own;
  if (!fits) return undefined;
  const pads = plusEdges(layer.pads, before.edges);
  const joined: ConvLayer = { ...layer, pads, paddingMode: before.mode, inputs: before.inputs };
  return { layer: joined, at: single ? layer.inputs[0] : undefined };
}

/**
 * A factor and a summand for each channel, folded into the weights of the convolution behind them. Zeros of the convolution's padding would have
 * to stay zeros, so a convolution with such padding keeps them apart.
 */
function behindAffine(layer: ConvLayer, before: Layer | undefined, single: boolean): Joined | undefined {
  const isPadded = layer.paddingMode === "zeros" && layer.pads.some((each) => each !== 0);
  if (before?.kind !== "affine" || !single || isPadded) return undefined;
  const { scale, shift } = before.affine;
  const oc = layer.shape[1];
  const taps = layer.kernel[0] * layer.kernel[1];
  const channels = layer.weight.length / oc / taps;
  const weight = new Float32Array(layer.weight.length);
  const bias = new Float32Array(oc);
  let at = 0;
  for (let filter = 0; filter < oc; filter++) {
    const first = Math.floor(filter / (oc / layer.groups)) * channels;
    let sum = layer.bias?.[filter] ?? 0;
    for (let channel = first; channel < first + channels; channel++) {
      for (let tap = 0; tap < taps; tap++) {
        const each = layer.weight[at]!;
        sum += each * shift[channel]!;
        weight[at++] = each * scale[channel]!;
      }
    }
    bias[filter] = sum;
  }
  const joined: ConvLayer = { ...layer, weight, bias, inputs: [before.inputs[0]!, ...layer.inputs.slice(1)] };
  return { layer: joined, at: layer.inputs[0]! };
}

/** Fuses padding into the pooling after it: zeros if an average counts them, −∞ for a maximum. */
function pooledPads(layer: OperationLayer, before: Layer | undefined, single: boolean): Joined | undefined {
  const { problem } = layer;
  if (before?.kind !== "pad" || before.mode !== "zeros" || before.channels.some((each) => each !== 0)) return undefined;
  if (problem.kind !== "avgPool2d" && problem.kind !== "maxPool2d") return undefined;
  const { pt, pl, pb, pr, kh, kw, dh, dw, ceilMode } = problem;
  const none = pt + pl + pb + pr === 0;
  // With ceilMode the last window may begin in padding that a file has as a part of the image, but not in padding of the pooling.
  const fits = !ceilMode && (problem.kind === "maxPool2d" ? before.value === -Infinity : before.value === 0 && none);
  const [top, left, bottom, right] = plusEdges([pt, pl, pb, pr], before.edges);
  const reach = [(kh - 1) * dh + 1, (kw - 1) * dw + 1] as const;
  if (!fits || Math.max(top, bottom) >= reach[0] || Math.max(left, right) >= reach[1]) return undefined;
  const [, , ih, iw] = before.shape;
  const [bt, bl, bb, br] = before.edges;
  const sizes = { ih: ih - bt - bb, iw: iw - bl - br, pt: top, pl: left, pb: bottom, pr: right, countIncludePad: true };
  const joined: OperationLayer = { ...layer, problem: { ...problem, ...sizes }, inputs: before.inputs };
  return { layer: joined, at: single ? layer.inputs[0] : undefined };
}

/** A factor and a summand for each channel as a depthwise convolution of one tap. */
export function asConv(layer: AffineLayer): ConvLayer {
  const { name, inputs, shape, affine } = layer;
  return {
    kind: "conv",
    name,
    inputs,
    shape,
    affine,
    weight: new Float32Array(affine.scale.length).fill(1),
    bias: undefined,
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    pads: [0, 0, 0, 0],
    groups: affine.scale.length,
    paddingMode: "zeros",
    activation: undefined,
    residual: undefined,
  };
}

function withoutGaps(made: readonly (Layer | undefined)[], outputs: readonly number[]): Fused {
  // After fusing, a pad may have no reader any more.
  const uses = made.map(() => 0);
  const use = (value: number): void => {
    if (value >= 0) uses[value]!++;
  };
  for (const value of outputs) use(value);
  for (let index = made.length - 1; index >= 0; index--) {
    if (uses[index]! > 0) for (const value of made[index]!.inputs) use(value);
  }
  const places: number[] = [];
  const layers: Layer[] = [];
  const place = (value: number): number => (value < 0 ? value : places[value]!);
  for (const [index, layer] of made.entries()) {
    places.push(layers.length);
    if (!layer || uses[index] === 0) continue;
    const moved = { ...layer, inputs: layer.inputs.map(place) };
    if (moved.kind === "conv" && layer.kind === "conv" && layer.residual !== undefined) {
      layers.push({ ...moved, residual: place(layer.residual) } as ConvLayer);
    } else layers.push(moved as Layer);
  }
  return { layers, outputs: outputs.map(place) };
}
