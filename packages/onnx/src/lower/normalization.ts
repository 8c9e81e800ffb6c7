/** Normalisations by the statistics of the values themselves: over channels, or over rows, columns and groups of channels. */

import { floatAttribute, integerAttribute, integersAttribute, Refusal } from "../graph/attributes.js";
import { axisOf, count } from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import { dimsOf, type Feature, merged, regroup, type Value } from "./feature.js";
import { withConstant } from "./elementwise.js";
import type { LayerList } from "./layers.js";
import {
  constant,
  feature,
  type Inputs,
  numberInput,
  optionalConstant,
  perChannel,
  perChannelWeights,
} from "./operand.js";
import { placeAnyhow, reshaped } from "./place.js";

/** InstanceNormalization: over all dimensions behind the second, with a scale and a bias for each entry of the second. */
export function instanceNormalization(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const rank = dimsOf(x).length;
  if (rank < 3) throw new Refusal(`its input has ${rank} dimensions; three or four would do`);
  const y = normalized(list, x, axesFrom(2, rank), floatAttribute(node, "epsilon", 1e-5));
  return [scaled(list, y, inputs, 1)];
}

/** GroupNormalization. Its scale and bias have an entry for each group before operator set 21, and for each channel since. */
export function groupNormalization(node: Node, inputs: Inputs, list: LayerList, opset: number): Value[] {
  const x = feature(inputs, 0);
  const dims = dimsOf(x);
  const [n, channels] = dims;
  const groups = integerAttribute(node, "num_groups", 0);
  if (n === undefined || channels === undefined || dims.length < 3)
    throw new Refusal(`its input has ${dims.length} dimensions; three or four would do`);
  if (groups < 1 || channels % groups !== 0)
    throw new Refusal(`its num_groups of ${groups} must divide its ${channels} channels`);
  const grouped = regroup(x, [n, groups, channels / groups, ...dims.slice(2)]);
  if (!grouped) throw new Refusal(`its input of dims [${dims.join(", ")}] has channels that do not lie side by side`);
  const y = normalized(list, grouped, axesFrom(2, dims.length + 1), floatAttribute(node, "epsilon", 1e-5));
  if (opset < 21) return [back(scaled(list, y, inputs, 1), dims)];
  return [scaled(list, back(y, dims), inputs, 1)];
}

function back(x: Feature, dims: readonly number[]): Feature {
  const made = regroup(x, dims);
  if (made) return made;
  throw new Refusal(`its dims [${dims.join(", ")}] are none that it can have`);
}

/** LayerNormalization: over all dimensions from an axis on, with a scale and a bias of these dimensions. */
export function layerNormalization(node: Node, inputs: Inputs, list: LayerList): Value[] {
  if (node.outputs.slice(1).some((output) => output !== ""))
    throw new Refusal("its mean or its deviation is asked for; its result alone would do");
  const x = feature(inputs, 0);
  const rank = dimsOf(x).length;
  const axis = axisOf(integerAttribute(node, "axis", -1), rank);
  const y = normalized(list, x, axesFrom(axis, rank), floatAttribute(node, "epsilon", 1e-5));
  const [scale, bias] = [constant(inputs, 1, "scale"), optionalConstant(inputs, 2, "bias")];
  const times = withConstant(list, scale, y, (each) => [each, 0]);
  return [bias ? withConstant(list, bias, times, (each) => [1, each]) : times];
}

/** The normalisation that a rewrite has made of a mean, a difference, a variance, a root and a quotient. */
export function plainNormalization(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const rank = dimsOf(x).length;
  const axes = integersAttribute(node, "axes")?.map((axis) => axisOf(axis, rank)) ?? axesFrom(0, rank);
  return [normalized(list, x, axes, numberInput(inputs, 1, "epsilon", 0))];
}

const axesFrom = (first: number, rank: number): readonly number[] =>
  Array.from({ length: rank - first }, (_, at) => first + at);

/** `(x − mean) / √(variance + eps)` over these dimensions of a feature. */
function normalized(list: LayerList, x: Feature, over: readonly number[], eps: number): Feature {
  const direct = tryNormalized(list, x, over, eps);
  if (direct) return direct;
  const dims = dimsOf(x);
  const first = Math.min(...over);
  if (over.length === dims.length - first) {
    // The dimensions at the end become the channels of pixels, in the same order of elements.
    const flat = [count(dims.slice(0, first)), count(dims.slice(first))];
    const rows = regroup(x, flat);
    const placed = rows && reshaped(list, rows, flat, "nc");
    const made = placed && tryNormalized(list, placed, [1], eps);
    const result = made && regroup(made, dims);
    if (result) return result;
  }
  const made = tryNormalized(list, placeAnyhow(list, x).feature, over, eps);
  if (made) return made;
  throw new Refusal(
    `it normalises over the dimensions ${over.join(", ")} of [${dims.join(", ")}]; over channels, over rows and columns, or over these and channels side by side would do`,
  );
}

function tryNormalized(list: LayerList, x: Feature, over: readonly number[], eps: number): Feature | undefined {
  const [, c, h, w] = x.shape;
  const atoms = over.flatMap((dim) => x.dims[dim]!);
  const sizeOver = (axis: string): number =>
    atoms.filter((atom) => atom.axis === axis).reduce((size, atom) => size * atom.size, 1);
  if (sizeOver("n") > 1) return undefined;
  const channels = sizeOver("c");
  const done = (value: number): Feature => ({ ...x, value });
  if (channels === c && sizeOver("h") * sizeOver("w") === 1)
    return done(list.operation([x], { kind: "layerNorm", c, h, w, eps }).value);
  if (sizeOver("h") !== h || sizeOver("w") !== w) return undefined;
  const [part, more] = merged(atoms.filter(({ axis }) => axis === "c"));
  // The channels of a group must lie side by side: one part of the axis, without steps.
  if (channels > 1 && channels < c && (more || part!.stride !== 1)) return undefined;
  return done(list.operation([x], { kind: "groupNorm", g: c / channels, c, h, w, eps }).value);
}

/** A scale and a bias for each entry of the second dimension, from the inputs `index` and `index + 1`. */
function scaled(list: LayerList, x: Feature, inputs: Inputs, index: number): Feature {
  const dims = dimsOf(x);
  const [scale, shift] = ["scale", "bias"].map((what, at) => {
    const data = Float64Array.from(perChannelWeights(inputs, index + at, what, dims[1]!));
    return perChannel({ dims: dims.slice(1).map((size, axis) => (axis === 0 ? size : 1)), kind: "float", data }, x);
  }) as [Float64Array, Float64Array];
  return { ...x, value: list.affine(x, { scale, shift }).value };
}
