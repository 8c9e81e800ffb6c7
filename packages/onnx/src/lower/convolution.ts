/** The operators with weights: Conv, ConvTranspose, Gemm and MatMul. */

import { floatAttribute, integerAttribute, integersAttribute, Refusal, textAttribute } from "../graph/attributes.js";
import type { Node } from "../graph/graph.js";
import { dimsOf, type Feature, featureOf, lies, sizeOf, type Value, wholeAxis } from "./feature.js";
import type { Edges, LayerList, Pair } from "./layers.js";
import {
  asWeights,
  feature,
  type Inputs,
  optionalConstant,
  perChannel,
  perChannelWeights,
  weights,
} from "./operand.js";
import { place } from "./place.js";
import { edges, pair, spatial, windowOf } from "./windows.js";

export function conv(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const { dims, data } = weights(inputs, 1, "weight");
  const { axes, letters: usual } = spatial(dims.length);
  const [oc, icPerGroup, ...kernel] = dims as [number, number, ...number[]];
  const given = feature(inputs, 0);
  // For a convolution of one pixel rows and columns may change places.
  const letters = lies(given, "ncwh") && isPointwise(node, kernel) ? "ncwh" : usual;
  const x = place(list, given, letters);
  const groups = integerAttribute(node, "group", 1);
  checkKernel(node, kernel);
  checkChannels(x, icPerGroup * groups, dims, groups);
  const [, , ih, iw] = x.shape;
  const window = windowOf(node, axes, kernel, [ih, iw]);
  const bias = inputs[2] ? perChannelWeights(inputs, 2, "bias", oc) : undefined;
  const { kernel: size, stride, dilation, pads } = window;
  const made = list.conv(x, { weight: data, bias, oc, kernel: size, stride, dilation, pads, groups });
  return [featureOf(made.value, made.shape, letters)];
}

function isPointwise(node: Node, kernel: readonly number[]): boolean {
  const numbers = ["strides", "pads"].map((name) => integersAttribute(node, name) ?? []);
  return (
    kernel.every((size) => size === 1) &&
    numbers[0]!.every((each) => each === 1) &&
    numbers[1]!.every((each) => each === 0)
  );
}

function checkKernel(node: Node, kernel: readonly number[]): void {
  const given = integersAttribute(node, "kernel_shape", kernel.length, 1);
  if (given && given.some((size, axis) => size !== kernel[axis])) {
    throw new Refusal(`its kernel_shape [${given.join(", ")}] is not its weight's [${kernel.join(", ")}]`);
  }
}

function checkChannels(x: Feature, expected: number, dims: readonly number[], groups: number): void {
  const channels = sizeOf(x.shape, "c");
  if (channels === expected && groups >= 1) return;
  throw new Refusal(
    `its weight of dims [${dims.join(", ")}] with ${groups} groups does not fit its input's ${channels} channels`,
  );
}

export function convTranspose(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const { dims, data } = weights(inputs, 1, "weight");
  const { axes, letters } = spatial(dims.length);
  const x = place(list, feature(inputs, 0), letters);
  const [ic, ocPerGroup, ...kernel] = dims as [number, number, ...number[]];
  const groups = integerAttribute(node, "group", 1);
  checkKernel(node, kernel);
  checkChannels(x, ic, dims, groups);
  if (ic % groups !== 0) throw new Refusal(`its group (${groups}) does not divide its ${ic} input channels`);
  const oc = ocPerGroup * groups;
  const bias = inputs[2] ? perChannelWeights(inputs, 2, "bias", oc) : undefined;
  const [n, , ih, iw] = x.shape;
  const size = pair(kernel, 1);
  const stride = pair(integersAttribute(node, "strides", axes, 1), 1);
  const dilation = pair(integersAttribute(node, "dilations", axes, 1), 1);
  const outputPadding = pair(integersAttribute(node, "output_padding", axes, 0), 0);
  const full = [ih, iw].map(
    (each, axis) => (each - 1) * stride[axis]! + dilation[axis]! * (size[axis]! - 1) + 1 + outputPadding[axis]!,
  ) as unknown as Pair;
  const padding = transposedPads(node, axes, full, [ih * stride[0], iw * stride[1]]);
  const [pt, pl, pb, pr] = padding;
  const [oh, ow] = [full[0] - pt - pb, full[1] - pl - pr];
  if (oh < 1 || ow < 1) throw new Refusal(`its pads leave ${oh} x ${ow} of its output`);
  const spec = { weight: data, bias, ic, oc, kernel: size, stride, dilation, padding, outputPadding, groups };
  const made = list.convTranspose(x, [n, oc, oh, ow], spec);
  return [featureOf(made.value, made.shape, letters)];
}

function transposedPads(node: Node, axes: 1 | 2, full: Pair, same: Pair): Edges {
  const wanted = integersAttribute(node, "output_shape", axes, 1);
  const auto = textAttribute(node, "auto_pad", "NOTSET", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]);
  if (!wanted && (auto === "NOTSET" || auto === "VALID")) {
    return auto === "VALID" ? [0, 0, 0, 0] : edges(integersAttribute(node, "pads", 2 * axes, 0), axes);
  }
  const total = pair(wanted ?? same, full[1]).map((size, axis) => full[axis]! - size);
  if (total.some((each) => each < 0))
    throw new Refusal("its output_shape is larger than its output; output_padding would do");
  const [[top, bottom], [left, right]] = total.map((each): Pair => {
    const less = Math.floor(each / 2);
    return auto === "SAME_UPPER" ? [less, each - less] : [each - less, less];
  }) as [Pair, Pair];
  return [top, left, bottom, right];
}

export function gemm(node: Node, inputs: Inputs, list: LayerList): Value[] {
  if (integerAttribute(node, "transA", 0) !== 0) throw new Refusal("its transA is 1; 0 would do");
  const { dims, data } = weights(inputs, 1, "weight");
  if (dims.length !== 2) throw new Refusal(`its weight has ${dims.length} dimensions; two would do`);
  const transposed = integerAttribute(node, "transB", 0) !== 0;
  const alpha = floatAttribute(node, "alpha", 1);
  const beta = floatAttribute(node, "beta", 1);
  const given = optionalConstant(inputs, 2, "bias");
  const x = feature(inputs, 0);
  const made = matrix(list, x, data, dims, transposed);
  const oc = sizeOf(made.shape, "c");
  const shift = given ? perChannel(asConstant(given), made).map((each) => each * beta) : new Float64Array(oc);
  if (alpha === 1 && !given) return [made];
  const scaled = list.affine(made, { scale: new Float64Array(oc).fill(alpha), shift });
  return [featureOf(scaled.value, scaled.shape, "nc")];
}

function asConstant(given: NonNullable<ReturnType<typeof optionalConstant>>) {
  asWeights(given, "bias");
  return given;
}

export function matMul(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const { dims, data } = weights(inputs, 1, "second factor");
  if (dims.length !== 2)
    throw new Refusal(`its second factor has ${dims.length} dimensions; a constant of two would do`);
  return [matrix(list, feature(inputs, 0), data, dims, false)];
}

/** The product of x and a matrix along the last dimension of x, as a convolution. */
function matrix(
  list: LayerList,
  x: Feature,
  data: Float32Array,
  dims: readonly number[],
  transposed: boolean,
): Feature {
  const [ic, oc] = (transposed ? [...dims].reverse() : dims) as [number, number];
  const sizes = dimsOf(x);
  if (sizes.at(-1) !== ic || sizes.length < 2) {
    throw new Refusal(`its weight of dims [${dims.join(", ")}] does not fit its input of dims [${sizes.join(", ")}]`);
  }
  const flat = flattened(x, data, ic, oc, transposed);
  if (flat) {
    const made = list.conv(x, { weight: flat.weight, oc, kernel: flat.kernel });
    return featureOf(made.value, made.shape, "nc");
  }
  const letters = ["", "", "nc", "nhc", "nhwc"][sizes.length];
  if (letters === undefined) throw new Refusal(`its input has ${sizes.length} dimensions; two to four would do`);
  const placed = place(list, x, letters);
  const weight = transposed ? data : permutedWeights(data, oc, ic, (i) => i, transposed);
  const made = list.conv(placed, { weight, oc, kernel: [1, 1] });
  return featureOf(made.value, made.shape, letters);
}

/** A matrix after a Flatten: the elements stay in place, and the weights become a kernel as large as the image. */
function flattened(x: Feature, data: Float32Array, ic: number, oc: number, transposed: boolean) {
  const [first, last] = x.dims;
  const [, c, ih, iw] = x.shape;
  if (x.dims.length !== 2 || ih * iw === 1 || c * ih * iw !== ic) return undefined;
  if (!["n", "1"].includes(wholeAxis(x.shape, first!) ?? "") || lies(x, "nc")) return undefined;
  /** The place of the element of channel k at row y and column z in the flattened order. */
  const steps = { c: [] as number[][], h: [] as number[][], w: [] as number[][] };
  let step = ic;
  for (const { axis, size, stride } of last!) {
    step /= size;
    if (axis === "n") return undefined;
    steps[axis].push([stride, size, step]);
  }
  const positionOf = (index: number, parts: readonly number[][]): number =>
    parts.reduce((at, [stride, size, each]) => at + (Math.floor(index / stride!) % size!) * each!, 0);
  const from = (index: number): number => {
    const [k, y, z] = [Math.floor(index / (ih * iw)), Math.floor(index / iw) % ih, index % iw];
    return positionOf(k, steps.c) + positionOf(y, steps.h) + positionOf(z, steps.w);
  };
  return { weight: permutedWeights(data, oc, ic, from, transposed), kernel: [ih, iw] as const };
}

/** The matrix as `[oc, ic]`, where element i of a row is element `from(i)` of the given matrix's row. */
function permutedWeights(
  data: Float32Array,
  oc: number,
  ic: number,
  from: (index: number) => number,
  transposed: boolean,
): Float32Array {
  const order = Int32Array.from({ length: ic }, (_, index) => from(index));
  if (transposed && order.every((each, index) => each === index)) return data;
  const weight = new Float32Array(oc * ic);
  for (let o = 0; o < oc; o++) {
    for (let i = 0; i < ic; i++) weight[o * ic + i] = data[transposed ? o * ic + order[i]! : order[i]! * oc + o]!;
  }
  return weight;
}
