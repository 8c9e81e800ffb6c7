/** Functions of each element, sums and products of features and constants, and batch normalisation. */

import type { Activation, Shape4 } from "@convene/core";
import type { Constant } from "../decode/tensor.js";
import { floatAttribute, integerAttribute, Refusal, textAttribute, TRAINING } from "../graph/attributes.js";
import { broadcastDims } from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import { GELU_TANH, SILU } from "../graph/rewrite.js";
import { dimsOf, type Feature, featureOf, isFeature, sameDims, sizeOf, type Value } from "./feature.js";
import type { Affine, LayerList, Tensor4 } from "./layers.js";
import {
  constant,
  feature,
  type Inputs,
  isPerChannel,
  numberInput,
  perChannel,
  perChannelWeights,
  perElement,
} from "./operand.js";
import { place, placeAnyhow, repeated, shapeFor } from "./place.js";

/** The activation of a node. */
export const ACTIVATIONS: Readonly<Record<string, (node: Node, inputs: Inputs) => Activation | undefined>> = {
  Relu: () => "relu",
  Sigmoid: () => "sigmoid",
  Tanh: () => "tanh",
  HardSwish: () => "hardSwish",
  [SILU]: () => "silu",
  [GELU_TANH]: () => "geluTanh",
  Gelu: (node) => (textAttribute(node, "approximate", "none", ["none", "tanh"]) === "tanh" ? "geluTanh" : "gelu"),
  LeakyRelu: (node) => ({ leakyRelu: floatAttribute(node, "alpha", 0.01) }),
  HardSigmoid(_, inputs) {
    const [alpha, beta] = [numberInput(inputs, 1, "alpha", 0.2), numberInput(inputs, 2, "beta", 0.5)];
    return Math.abs(alpha - 1 / 6) < 1e-4 && beta === 0.5 ? "hardSigmoid" : { hardSigmoid: [alpha, beta] };
  },
  Clip(_, inputs) {
    const [min, max] = [numberInput(inputs, 1, "min", -Infinity), numberInput(inputs, 2, "max", Infinity)];
    if (min === -Infinity && max === Infinity) return undefined;
    if (min === 0 && max === Infinity) return "relu";
    // ONNX says: if min is above max, every element becomes max.
    return min === 0 && max === 6 ? "relu6" : { clamp: [Math.min(min, max), max] };
  },
};

export function activation(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const of = ACTIVATIONS[node.op]!(node, inputs);
  return [of === undefined ? x : activate(list, x, of)];
}

function activate(list: LayerList, x: Feature, of: Activation): Feature {
  const [, c, h, w] = x.shape;
  return { ...x, value: list.operation([x], { kind: "activation", activation: of, c, h, w }).value };
}

export function prelu(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const slope = Float32Array.from(perChannel(constant(inputs, 1, "slope"), x));
  const [, c, h, w] = x.shape;
  return [{ ...x, value: list.operation([x], { kind: "prelu", c, h, w }, slope).value }];
}

export function batchNormalization(node: Node, inputs: Inputs, list: LayerList, opset: number): Value[] {
  // Before operator set 14 the outputs say whether the node is in training mode.
  const hasStatistics = opset < 14 && node.outputs.slice(1).some((output) => output !== "");
  if (hasStatistics || integerAttribute(node, "training_mode", 0) !== 0) throw new Refusal(TRAINING);
  const x = feature(inputs, 0);
  const dims = dimsOf(x);
  const channels = dims[1];
  if (channels === undefined) throw new Refusal(`its input has ${dims.length} dimensions; two to four would do`);
  const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "variance"].map((what, index) =>
    perChannelWeights(inputs, index + 1, what, channels),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const epsilon = floatAttribute(node, "epsilon", 1e-5);
  const scale = Float64Array.from(gamma, (each, channel) => each / Math.sqrt(variance[channel]! + epsilon));
  const shift = Float64Array.from(beta, (each, channel) => each - mean[channel]! * scale[channel]!);
  const over = dims.slice(1).map((size, axis) => (axis === 0 ? size : 1));
  const spread = (data: Float64Array): Float64Array => perChannel({ dims: over, kind: "float", data }, x);
  return [affine(list, x, { scale: spread(scale), shift: spread(shift) })];
}

function affine(list: LayerList, x: Feature, by: Affine): Feature {
  return { ...x, value: list.affine(x, by).value };
}

/** `[scale, shift]` of a feature's channel, from the constant's number for this channel. */
type WithConstant = (each: number) => readonly [scale: number, shift: number];

/** The results of a function of each element and of a constant's number for it. */
export function withConstant(list: LayerList, given: Constant, to: Feature, of: WithConstant): Feature {
  if (given.kind !== "float") throw new Refusal("its constant has integers; floats would do");
  const x = ofRank(to, given.dims.length);
  const by = (values: Float64Array): Affine => ({
    scale: values.map((each) => of(each)[0]),
    shift: values.map((each) => of(each)[1]),
  });
  if (isPerChannel(given, x)) return affine(list, x, by(perChannel(given, x)));
  // A number for each place: the elements of an image become the channels of one pixel, in the order in which they lie.
  const [n, c, h, w] = x.shape;
  const made = list.affine(flattened(list, x), by(perElement(given, x)));
  const one = { ic: c * h * w, ih: 1, iw: 1 };
  const back = list.operation([made], { kind: "reshape", ...one, on: n, oc: c, oh: h, ow: w, order: "nhwc" });
  return { ...x, value: back.value };
}

/** The elements of each image as the channels of one pixel. If a reshape has just undone this, it is left out. */
function flattened(list: LayerList, x: Feature): Tensor4 {
  const [n, c, h, w] = x.shape;
  const shape: Shape4 = [n, c * h * w, 1, 1];
  const last = list.layers[x.value];
  if (last?.kind === "operation" && last.problem.kind === "reshape" && last.problem.order === "nhwc") {
    const { n: images, ic, ih, iw } = last.problem;
    if (images === n && ic === shape[1] && ih * iw === 1) return { value: last.inputs[0]!, shape };
  }
  const to = { on: n, oc: shape[1], oh: 1, ow: 1 };
  return list.operation([x], { kind: "reshape", ic: c, ih: h, iw: w, ...to, order: "nhwc" });
}

/** A feature with dimensions of 1 in front, up to `rank` dimensions. */
function ofRank(x: Feature, rank: number): Feature {
  return { ...x, dims: [...Array.from({ length: Math.max(0, rank - x.dims.length) }, () => []), ...x.dims] };
}

/** Add, Sub, Mul, Div of a feature and a constant, and of a constant and a feature. */
const WITH_CONSTANT: Readonly<Record<string, readonly [behind: WithConstant, before: WithConstant | undefined]>> = {
  Add: [(each) => [1, each], (each) => [1, each]],
  Sub: [(each) => [1, -each], (each) => [-1, each]],
  Mul: [(each) => [each, 0], (each) => [each, 0]],
  Div: [(each) => [1 / each, 0], undefined],
};

export function arithmetic(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const [a, b] = inputs;
  if (!a || !b) throw new Refusal("it must have two inputs");
  const [behind, before] = WITH_CONSTANT[node.op]!;
  if (isFeature(a) && !isFeature(b)) return [withConstant(list, b, a, behind)];
  if (!isFeature(a) && isFeature(b)) {
    if (!before) throw new Refusal("it divides a constant by what depends on the network's inputs");
    return [withConstant(list, a, b, before)];
  }
  if (!isFeature(a) || !isFeature(b)) throw new Refusal("it must have an input that is no constant");
  if (node.op === "Div") throw new Refusal("it divides by what depends on the network's inputs; a constant would do");
  const second = node.op === "Sub" ? negated(list, b) : b;
  return [combined(list, node.op === "Mul" ? "multiply" : "add", a, second)];
}

function negated(list: LayerList, x: Feature): Feature {
  const channels = sizeOf(x.shape, "c");
  return affine(list, x, { scale: new Float64Array(channels).fill(-1), shift: new Float64Array(channels) });
}

/** The sum or the product of two features, one of which may have a value for each channel, or for each pixel. */
function combined(list: LayerList, kind: "add" | "multiply", one: Feature, other: Feature): Feature {
  const rank = Math.max(one.dims.length, other.dims.length);
  const [a, b] = [ofRank(one, rank), ofRank(other, rank)];
  const dims = broadcastDims(dimsOf(a), dimsOf(b));
  const isFull = (each: Feature): boolean => dimsOf(each).every((size, axis) => size === dims[axis]);
  const [full, part] = isFull(a) ? [a, b] : isFull(b) ? [b, a] : [grown(list, a, dims), b];
  const operation = (x: Feature, y: Feature): Feature => {
    const [, c, h, w] = x.shape;
    const perChannelOnly = h * w > 1 && sizeOf(y.shape, "h") * sizeOf(y.shape, "w") === 1;
    return { ...x, value: list.operation([x, y], { kind, c, h, w, perChannel: perChannelOnly }).value };
  };
  if (sameDims(full, part)) return operation(full, part);
  const { feature: x, letters } = placeAnyhow(list, full);
  const placed = place(list, part, letters);
  const [n, c, h, w] = x.shape;
  // Core repeats a number for each channel by itself.
  const isOnePixel = placed.shape[2] * placed.shape[3] === 1;
  return operation(x, repeated(list, placed, isOnePixel ? [n, c, 1, 1] : [n, c, h, w]));
}

/** A value with these dimensions, by repeating it along those of 1. */
function grown(list: LayerList, x: Feature, dims: readonly number[]): Feature {
  const { feature: placed, letters } = placeAnyhow(list, x);
  const made = repeated(list, placed, shapeFor(dims, letters));
  return featureOf(made.value, made.shape, letters);
}

/** A sum of several inputs. */
export function sum(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const [first, ...rest] = inputs.map((__, index) => feature(inputs, index));
  if (!first) throw new Refusal("it has no inputs");
  return [rest.reduce((total, each) => combined(list, "add", total, each), first)];
}

export function negative(_: Node, inputs: Inputs, list: LayerList): Value[] {
  return [negated(list, feature(inputs, 0))];
}

export function power(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const exponent = numberInput(inputs, 1, "exponent", NaN);
  if (exponent === 1) return [x];
  if (exponent !== 2) throw new Refusal(`its exponent is ${exponent}; 1 or 2 would do`);
  return [combined(list, "multiply", x, x)];
}

/**
 * Equal is 1 where two values are equal and 0 elsewhere, as in the search for local maxima. A difference is 0 only for
 * equal values, and a steep clamp separates 0 from other differences: 2¹⁰⁰ times a difference is above 1 from 10⁻³⁰ on,
 * and is no infinity up to 10⁸.
 */
const STEEP = 2 ** 100;

export function equal(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const [a, b] = [feature(inputs, 0), feature(inputs, 1)];
  const difference = combined(list, "add", a, negated(list, b));
  // If one value is the maximum of the other's neighbourhood, the difference has only one sign, so one clamp is enough.
  if (isLargestAround(list, b, a)) return [activate(list, difference, { hardSigmoid: [STEEP, 1] })];
  if (isLargestAround(list, a, b)) return [activate(list, difference, { hardSigmoid: [-STEEP, 1] })];
  const below = activate(list, difference, { hardSigmoid: [STEEP, 1] });
  const above = activate(list, difference, { hardSigmoid: [-STEEP, 1] });
  return [combined(list, "multiply", below, above)];
}

/** Whether `largest` is a max-pooling of `x` whose windows contain the pixel at their own place. */
function isLargestAround(list: LayerList, largest: Feature, x: Feature): boolean {
  const layer = list.layers[largest.value];
  if (layer?.kind !== "operation" || layer.problem.kind !== "maxPool2d" || layer.inputs[0] !== x.value) return false;
  const { sh, sw, dh, dw, kh, kw, pt, pl, ih, iw, oh, ow } = layer.problem;
  const centred = pt % dh === 0 && pl % dw === 0 && pt < kh * dh && pl < kw * dw;
  return sh === 1 && sw === 1 && oh === ih && ow === iw && centred;
}
