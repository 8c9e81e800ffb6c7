/** Operators that only move elements: transposing, reshaping, cutting, padding, pixel shuffle. join.ts has those that join. */

import type { Constant } from "../decode/tensor.js";
import { integerAttribute, integersAttribute, Refusal, textAttribute } from "../graph/attributes.js";
import {
  axisOf,
  broadcastDims,
  flattenedDims,
  integersOf,
  permutation,
  type Range,
  reshapedDims,
  slices,
  splitSizes,
  squeezed,
  unsqueezed,
} from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import {
  type Axis,
  dimsOf,
  type Feature,
  featureOf,
  LETTERS,
  permuted,
  regroup,
  sizeOf,
  type Value,
} from "./feature.js";
import { joinAlong, MOST_PARTS } from "./join.js";
import type { LayerList, Tensor4 } from "./layers.js";
import { constant, constantsOf, feature, type Inputs, numberInput } from "./operand.js";
import { blocksToChannels, place, placeAnyhow, repeated, reshaped, shapeFor } from "./place.js";

export function transpose(node: Node, inputs: Inputs): Value[] {
  const x = feature(inputs, 0);
  return [permuted(x, permutation(node, x.dims.length))];
}

/** The same elements under other dims. It needs no layer if each new dim consists of whole atoms. */
function underDims(list: LayerList, x: Feature, dims: readonly number[]): Feature {
  const same = regroup(x, dims);
  if (same) return same;
  // Elements in a transposed order are first moved into a tensor's order.
  const { feature: placed } = regroupedOrPlaced(list, x);
  const again = regroup(placed, dims);
  if (again) return again;
  for (const letters of LETTERS[dims.length] ?? []) {
    const made = reshaped(list, placed, dims, letters);
    if (made) return made;
  }
  throw new Refusal(
    `it makes dims [${dims.join(", ")}] of [${dimsOf(x).join(", ")}], whose elements are in an order that no layout has`,
  );
}

function regroupedOrPlaced(list: LayerList, x: Feature): { readonly feature: Feature } {
  return x.dims.length <= 4 ? placeAnyhow(list, x) : { feature: x };
}

export function reshape(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const given = inputs[1] ? [...constant(inputs, 1, "shape").data] : integersAttribute(node, "shape");
  if (!given) throw new Refusal("its shape is missing");
  return [underDims(list, x, reshapedDims(node, dimsOf(x), given))];
}

export function flatten(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  return [underDims(list, x, flattenedDims(node, dimsOf(x)))];
}

export function squeeze(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  return [underDims(list, x, squeezed(dimsOf(x), integersOf(node, constantsOf(inputs), 1, "axes")))];
}

export function unsqueeze(node: Node, inputs: Inputs): Value[] {
  const x = feature(inputs, 0);
  const places = unsqueezed(x.dims.length, integersOf(node, constantsOf(inputs), 1, "axes"));
  const rest = [...x.dims];
  const dims = Array.from({ length: rest.length + places.size }, (_, axis) => (places.has(axis) ? [] : rest.shift()!));
  return [{ ...x, dims }];
}

export function expand(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const given = feature(inputs, 0);
  const wanted = [...constant(inputs, 1, "shape").data];
  const all = broadcastDims(dimsOf(given), wanted);
  const x = { ...given, dims: [...Array.from({ length: all.length - given.dims.length }, () => []), ...given.dims] };
  if (dimsOf(x).every((size, axis) => size === all[axis])) return [x];
  const { feature: placed, letters } = placeAnyhow(list, x);
  const made = repeated(list, placed, shapeFor(all, letters));
  return [featureOf(made.value, made.shape, letters)];
}

/** A part of each axis. */
function cut(list: LayerList, x: Feature, ranges: readonly Range[]): Feature {
  const dims = dimsOf(x);
  if (
    ranges.every(({ start, count, step }, axis) => start === 0 && count === dims[axis] && (step === 1 || count === 1))
  )
    return x;
  const empty = ranges.find(({ count }) => count < 1);
  if (empty) throw new Refusal("its result is empty");
  const { feature: placed, letters } = placeAnyhow(list, x);
  const all: Range = { start: 0, step: 1, count: 1 };
  const range = (letter: Axis): Range => {
    const found = letters.includes(letter)
      ? ranges[letters.indexOf(letter)]!
      : { ...all, count: sizeOf(placed.shape, letter) };
    return found.count === 1 ? { ...found, step: 1 } : found;
  };
  const [n, c, h, w] = (["n", "c", "h", "w"] as const).map(range) as [Range, Range, Range, Range];
  if (n.count !== sizeOf(placed.shape, "n")) throw new Refusal("it cuts the batch; channels, rows or columns would do");
  const { from, start } = channelsBySteps(list, placed, c);
  if (h.step < 0 || w.step < 0) throw new Refusal("its step is negative; a positive one would do");
  const [, ic, ih, iw] = placed.shape;
  const made = list.operation([from], {
    kind: "slice",
    c: ic,
    ih,
    iw,
    oc: c.count,
    oh: h.count,
    ow: w.count,
    fc: start,
    fh: h.start,
    fw: w.start,
    sh: h.step,
    sw: w.step,
  });
  return featureOf(made.value, made.shape, letters);
}

/** A value whose channels from `start` on are those of a range. Every `step`-th channel comes side by side by a channel shuffle. */
function channelsBySteps(
  list: LayerList,
  x: Feature,
  { start, step }: Range,
): { readonly from: Tensor4; readonly start: number } {
  const [, c, h, w] = x.shape;
  if (step === 1) return { from: x, start };
  if (step < 1 || c % step !== 0)
    throw new Refusal(`it takes channels in steps of ${step}; a step that divides its ${c} channels would do`);
  const g = c / step;
  const from = list.operation([x], { kind: "channelShuffle", g, c, h, w });
  return { from, start: (start % step) * g + Math.floor(start / step) };
}

export function slice(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  return [cut(list, x, slices(node, constantsOf(inputs), dimsOf(x)))];
}

export function split(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const dims = dimsOf(x);
  const axis = axisOf(integerAttribute(node, "axis", 0), dims.length);
  let start = 0;
  return splitSizes(node, constantsOf(inputs), dims[axis]!).map((size) => {
    const ranges = dims.map((all, each): Range =>
      each === axis ? { start, step: 1, count: size } : { start: 0, step: 1, count: all },
    );
    start += size;
    return cut(list, x, ranges);
  });
}

export function gather(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const dims = dimsOf(x);
  const axis = axisOf(integerAttribute(node, "axis", 0), dims.length);
  const indices: Constant = constant(inputs, 1, "indices");
  const picked = [...indices.data].map((index) => (index < 0 ? index + dims[axis]! : index));
  if (picked.some((index) => !(index >= 0 && index < dims[axis]!)))
    throw new Refusal(`its indices lie outside the ${dims[axis]} elements of the axis`);
  const [start = 0, second = start + 1] = picked;
  const step = second - start;
  if (picked.length === 0 || indices.dims.length > 1)
    throw new Refusal("its indices are no list; one index, or a list of indices, would do");
  const isRange = step > 0 && picked.every((index, at) => index === start + at * step);
  const runs: readonly Range[] = isRange ? [{ start, step, count: picked.length }] : runsOf(picked);
  if (runs.length > MOST_PARTS)
    throw new Refusal(`its indices are ${runs.length} ranges; up to ${MOST_PARTS} ranges would do`);
  const { feature: placed, letters } = runs.length === 1 ? { feature: x, letters: "" } : placeAnyhow(list, x);
  const parts = runs.map((run) =>
    cut(
      list,
      placed,
      dims.map((all, each): Range => (each === axis ? run : { start: 0, step: 1, count: all })),
    ),
  );
  const made = parts.length === 1 ? parts[0]! : joinAlong(list, parts, letters, axis);
  return [indices.dims.length === 0 ? { ...made, dims: made.dims.filter((_, each) => each !== axis) } : made];
}

/** Indices as ranges of indices that follow each other, such as two for 2, 3, 0, 1. */
function runsOf(indices: readonly number[]): readonly Range[] {
  const runs: Range[] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last && index === last.start + last.count) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ start: index, step: 1, count: 1 });
  }
  return runs;
}

const PAD_MODES = { constant: "zeros", reflect: "reflect", edge: "replicate", wrap: "circular" } as const;

export function pad(node: Node, inputs: Inputs, list: LayerList): Value[] {
  let given = feature(inputs, 0);
  const dims = dimsOf(given);
  const mode = textAttribute(node, "mode", "constant", ["constant", "reflect", "edge", "wrap"]);
  const pads = integersOf(node, constantsOf(inputs), 1, "pads");
  if (!pads) throw new Refusal("its pads must be constants");
  const value = inputs[2] ? numberInput(inputs, 2, "value", 0) : (node.attributes.get("value")?.float ?? 0);
  const axes = inputs[3] ? [...constant(inputs, 3, "axes").data] : [...dims.keys()];
  if (pads.length !== 2 * axes.length) throw new Refusal(`it has ${pads.length} pads; ${2 * axes.length} would do`);
  if (pads.some((each) => each < 0)) {
    if (mode !== "constant") throw new Refusal(`it has negative pads in mode ${mode}; in mode constant they would do`);
    const kept = dims.map((size, axis): Range => {
      const at = axes.findIndex((each) => axisOf(each, dims.length) === axis);
      const [before, after] = at === -1 ? [0, 0] : [Math.max(0, -pads[at]!), Math.max(0, -pads[at + axes.length]!)];
      return { start: before, step: 1, count: size - before - after };
    });
    given = cut(list, given, kept);
  }
  if (pads.every((each) => each <= 0)) return [given];
  const { feature: x, letters } = placeAnyhow(list, given);
  const around = { n: [0, 0], c: [0, 0], h: [0, 0], w: [0, 0] };
  for (const [index, axis] of axes.entries()) {
    around[letters[axisOf(axis, dims.length)] as Axis] = [
      Math.max(0, pads[index]!),
      Math.max(0, pads[index + axes.length]!),
    ];
  }
  if (around.n.some((each) => each !== 0)) throw new Refusal("it pads the batch; channels, rows or columns would do");
  if (mode !== "constant" && around.c.some((each) => each !== 0))
    throw new Refusal(`it pads channels by ${mode}; rows and columns would do`);
  const [[pt, pb], [pl, pr]] = [around.h, around.w] as [[number, number], [number, number]];
  const channels = around.c as [number, number];
  const made = list.pad(x, { channels, edges: [pt, pl, pb, pr], mode: PAD_MODES[mode], value });
  return [featureOf(made.value, made.shape, letters)];
}

function block(node: Node): number {
  const size = integerAttribute(node, "blocksize", 0);
  if (size >= 1 && size <= 1024) return size;
  throw new Refusal(`its blocksize is ${size}; at least 1 would do`);
}

export function depthToSpace(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = place(list, feature(inputs, 0), "nchw");
  const [, ic, ih, iw] = x.shape;
  const by = block(node);
  const order = textAttribute(node, "mode", "DCR", ["DCR", "CRD"]) === "CRD" ? "crd" : "dcr";
  const made = list.operation([x], { kind: "pixelShuffle", ic, ih, iw, rh: by, rw: by, order });
  return [featureOf(made.value, made.shape, "nchw")];
}

export function spaceToDepth(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = place(list, feature(inputs, 0), "nchw");
  const by = block(node);
  const [, , ih, iw] = x.shape;
  if (ih % by !== 0 || iw % by !== 0)
    throw new Refusal(`its blocksize ${by} does not divide its input's ${ih} x ${iw}`);
  const made = blocksToChannels(list, x, by, by);
  return [featureOf(made.value, made.shape, "nchw")];
}
