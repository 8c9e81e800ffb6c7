/** Pooling, global pooling, means over axes, and softmax. */

import { integerAttribute, integersAttribute, Refusal } from "../graph/attributes.js";
import { axisOf, count, integersOf } from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import { type Atom, type Axis, dimsOf, type Feature, featureOf, regroup, sizeOf, type Value } from "./feature.js";
import type { LayerList, Tensor4 } from "./layers.js";
import { constantsOf, feature, type Inputs } from "./operand.js";
import { place, placeAnyhow, reshaped } from "./place.js";
import { spatial, windowOf } from "./windows.js";

export function pool(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const given = feature(inputs, 0);
  const { axes, letters } = spatial(given.dims.length);
  const kernel = integersAttribute(node, "kernel_shape", axes, 1);
  if (!kernel) throw new Refusal("its kernel_shape is missing");
  if (node.outputs.length > 1 && node.outputs[1] !== "")
    throw new Refusal("its indices are asked for; its maxima alone would do");
  const x = place(list, given, letters);
  const [, c, ih, iw] = x.shape;
  const {
    kernel: [kh, kw],
    stride: [sh, sw],
    dilation: [dh, dw],
    pads: [pt, pl, pb, pr],
    ceilMode,
  } = windowOf(node, axes, kernel, [ih, iw]);
  const kind = node.op === "MaxPool" ? "maxPool2d" : "avgPool2d";
  const countIncludePad = kind === "maxPool2d" || integerAttribute(node, "count_include_pad", 0) === 1;
  const sizes = { c, ih, iw, kh, kw, sh, sw, pt, pl, pb, pr, dh, dw };
  const made = list.operation([x], { kind, ...sizes, ceilMode, countIncludePad });
  return [featureOf(made.value, made.shape, letters)];
}

export function globalPool(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const given = feature(inputs, 0);
  const { letters } = spatial(given.dims.length);
  const x = place(list, given, letters);
  const made = windowed(
    list,
    x,
    node.op === "GlobalMaxPool" ? "maxPool2d" : "avgPool2d",
    sizeOf(x.shape, "h"),
    sizeOf(x.shape, "w"),
  );
  return [featureOf(made.value, made.shape, letters)];
}

/** One window over whole rows, whole columns or both. */
function windowed(list: LayerList, x: Feature, kind: "maxPool2d" | "avgPool2d", kh: number, kw: number) {
  const [, c, ih, iw] = x.shape;
  if (kh * kw === 1) return x;
  return list.operation([x], { kind, c, ih, iw, kh, kw, sh: kh, sw: kw });
}

export function reduce(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const given = feature(inputs, 0);
  const dims = dimsOf(given);
  const wanted = integersOf(node, constantsOf(inputs), 1, "axes");
  if (inputs[1] && !wanted) throw new Refusal("its axes depend on the network's inputs; constants would do");
  const none = !wanted || wanted.length === 0;
  if (none && integerAttribute(node, "noop_with_empty_axes", 0) === 1) return [given];
  const axes = new Set(none ? dims.keys() : wanted.map((axis) => axisOf(axis, dims.length)));
  const { feature: x, letters } = placeAnyhow(list, given);
  const reduced = new Set([...axes].map((axis) => letters[axis]!));
  if (reduced.has("n") && sizeOf(x.shape, "n") > 1)
    throw new Refusal("it reduces over the batch; over channels, rows and columns would do");
  const [, c, ih, iw] = x.shape;
  let made: { readonly value: number; readonly shape: Feature["shape"] } = x;
  const kind = node.op === "ReduceMax" ? "maxPool2d" : "avgPool2d";
  if (reduced.has("c") && c > 1) {
    made =
      kind === "maxPool2d"
        ? maximumOfChannels(list, made)
        : list.conv(made, { weight: new Float32Array(c).fill(1 / c), oc: 1, kernel: [1, 1] });
  }
  made = windowed(list, { ...x, ...made }, kind, reduced.has("h") ? ih : 1, reduced.has("w") ? iw : 1);
  if (node.op === "ReduceSum") {
    const [, channels] = made.shape;
    const terms = count([...reduced].map((letter) => sizeOf(x.shape, letter as Axis)));
    made = list.affine(made, { scale: new Float64Array(channels).fill(terms), shift: new Float64Array(channels) });
  }
  const result = featureOf(made.value, made.shape, letters);
  if (integerAttribute(node, "keepdims", 1) === 1) return [result];
  return [{ ...result, dims: result.dims.filter((_, axis) => !axes.has(axis)) }];
}

/** With channels innermost, the channels of a pixel lie side by side: as columns of one row of an image of one channel. */
function maximumOfChannels(list: LayerList, x: Tensor4): Tensor4 {
  const [n, c, h, w] = x.shape;
  const order = "nhwc";
  const rows = list.operation([x], { kind: "reshape", ic: c, ih: h, iw: w, on: n, oc: 1, oh: h * w, ow: c, order });
  const most = list.operation([rows], { kind: "maxPool2d", c: 1, ih: h * w, iw: c, kh: 1, kw: c });
  return list.operation([most], { kind: "reshape", ic: 1, ih: h * w, iw: 1, on: n, oc: 1, oh: h, ow: w, order });
}

export function softmax(node: Node, inputs: Inputs, list: LayerList, opset: number): Value[] {
  const x = feature(inputs, 0);
  const dims = dimsOf(x);
  const axis = axisOf(integerAttribute(node, "axis", opset < 13 ? 1 : -1), dims.length);
  const channels = sizeOf(x.shape, "c");
  // Before operator set 13, a softmax is over all dimensions from its axis on.
  const over = opset < 13 ? x.dims.slice(axis) : [x.dims[axis]!];
  const atoms = over.flat();
  const overChannels =
    atoms.every((atom) => atom.axis === "c") && atoms.reduce((size, atom) => size * atom.size, 1) === channels;
  if (overChannels) return [{ ...x, value: softened(list, x).value }];
  const apart = over.length === 1 ? channelsApart(list, x, over[0]!) : undefined;
  if (apart) return [{ ...apart, value: softened(list, apart).value }];
  const flat = opset < 13 ? regroup(x, [count(dims.slice(0, axis)), count(dims.slice(axis))]) : x;
  if (!flat) throw new Refusal(`its axis ${axis} of dims [${dims.join(", ")}] is no axis of channels`);
  const letters = candidates(flat.dims.length, opset < 13 ? 1 : axis);
  const flatDims = dimsOf(flat);
  const placed =
    (letters === undefined ? undefined : reshaped(list, flat, flatDims, letters)) ?? lastAxis(list, flat, axis);
  if (!placed)
    throw new Refusal(
      `its axis ${axis} of dims [${dims.join(", ")}] is no axis of channels; softmax over channels would do`,
    );
  const soft: Feature = { ...placed, value: softened(list, placed).value };
  const made = regroup(soft, dims);
  if (!made) throw new Refusal(`its dims [${dims.join(", ")}] are none that it can have`);
  return [made];
}

/**
 * Channels that lie side by side as all channels of a value, and the groups of such channels as its columns, as in the distributions of distances
 * that a detector has for each side of a box.
 */
function channelsApart(list: LayerList, x: Feature, dim: Feature["dims"][number]): Feature | undefined {
  const [n, ic, ih, iw] = x.shape;
  const [inner, more] = dim;
  const oc = inner?.size ?? 0;
  const isInner = inner?.axis === "c" && inner.stride === 1 && !more;
  const others = x.dims.flat().filter((atom) => atom !== inner && atom.axis === "c");
  if (!isInner || others.some(({ stride }) => stride % oc !== 0)) return undefined;
  const sizes = { ic, ih, iw, on: n, oc, oh: ih * iw, ow: ic / oc };
  const made = list.operation([x], { kind: "reshape", ...sizes, order: "nhwc" });
  const moved = (atom: Atom): Atom => {
    if (atom === inner || atom.axis === "n") return atom;
    if (atom.axis === "c") return { axis: "w", size: atom.size, stride: atom.stride / oc };
    return { axis: "h", size: atom.size, stride: atom.axis === "h" ? atom.stride * iw : atom.stride };
  };
  return { ...made, dims: x.dims.map((each) => each.map(moved)) };
}

/** The last axis as the channels of pixels, in the same order of elements. */
function lastAxis(list: LayerList, x: Feature, axis: number): Feature | undefined {
  const dims = dimsOf(x);
  if (axis !== dims.length - 1) return undefined;
  const flat = [count(dims.slice(0, axis)), dims[axis]!];
  const rows = regroup(x, flat);
  return rows && reshaped(list, rows, flat, "nc");
}

function candidates(rank: number, axis: number): string | undefined {
  return ["c", "nc", "nhc", "nch", "nchw", "nhwc"].find(
    (letters) => letters.length === rank && letters.indexOf("c") === axis,
  );
}

function softened(list: LayerList, x: Feature) {
  const [, c, h, w] = x.shape;
  return list.operation([x], { kind: "softmax", c, h, w });
}
