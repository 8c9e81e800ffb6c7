/** Operators that put values beside one another: Concat and Tile. */

import { integerAttribute, Refusal, SizeRefusal } from "../graph/attributes.js";
import { axisOf } from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import {
  type Atom,
  type Axis,
  dimsOf,
  type Feature,
  featureOf,
  isFeature,
  merged,
  regroup,
  sizeOf,
  type Value,
} from "./feature.js";
import type { LayerList, Tensor4 } from "./layers.js";
import { constant, feature, type Inputs } from "./operand.js";
import { place, placeAnyhow, reshaped } from "./place.js";

/** The most parts into which one node is cut, or that it joins of one value. */
export const MOST_PARTS = 64;

export function concat(node: Node, inputs: Inputs, list: LayerList): Value[] {
  const parts = inputs.filter((value) => value !== undefined);
  const index = parts.findIndex((value) => isFeature(value));
  const first = parts[index] as Feature;
  const axis = axisOf(integerAttribute(node, "axis", 1), first.dims.length);
  const dims = dimsOf(first);
  for (const part of parts) {
    const own = dimsOf(part);
    if (own.length === dims.length && own.every((size, each) => each === axis || size === dims[each])) continue;
    throw new SizeRefusal(`its inputs' dims [${dims.join(", ")}] and [${own.join(", ")}] do not go together`);
  }
  if (parts.length === 1) return [first];
  const arePositions = parts.every((part) => isFeature(part) && hasPositions(part, axis, first));
  if (arePositions && first.shape[2] * first.shape[3] > 1) return [joinedPositions(list, parts as Feature[], axis)];
  const { feature: placed, letters } = placeAnyhow(list, first);
  const together = withPadding(list, parts, letters, axis, placed, index);
  return [together.length === 1 ? together[0]! : joinAlong(list, together, letters, axis)];
}

/** Joins values along an axis. The dimensions of all are whole axes, as `letters` says. */
export function joinAlong(list: LayerList, parts: readonly Feature[], letters: string, axis: number): Feature {
  const [n, , h, w] = parts[0]!.shape;
  const made = (): Tensor4 | undefined => {
    switch (letters[axis]) {
      case "c":
        return joined(list, parts);
      case "h":
        return joinedPixels(list, parts, n, (pixels) => [pixels / w, w]);
      case "w":
        return joinedPixels(list, parts, n * h, (pixels) => [h, pixels]);
      default:
        return undefined;
    }
  };
  const all = made();
  return all ? featureOf(all.value, all.shape, letters) : joinedFlat(list, parts, axis);
}

/**
 * Whether a dimension is all rows and columns of a value, in order, and the other dimensions are its batch and its channels, in the order that
 * `like` has.
 */
function hasPositions({ shape, dims }: Feature, axis: number, like: Feature): boolean {
  const pixels = merged(dims[axis]!);
  const own = (["h", "w"] as const).filter((letter) => sizeOf(shape, letter) > 1);
  const isWhole = pixels.length === own.length && own.every((letter, at) => isAll(shape, letter, pixels[at]!));
  const others = (all: Feature["dims"]): string => JSON.stringify(all.filter((_, at) => at !== axis).map(merged));
  const areOthers = dims.every((dim, at) => at === axis || dim.every((atom) => atom.axis === "n" || atom.axis === "c"));
  return isWhole && areOthers && others(dims) === others(like.dims);
}

function isAll(shape: Feature["shape"], letter: Axis, atom: Atom): boolean {
  return atom.axis === letter && atom.stride === 1 && atom.size === sizeOf(shape, letter);
}

/** Joins the pixels of values that are lists of pixels, as the heads of detectors are, one for each size of image. */
function joinedPositions(list: LayerList, parts: readonly Feature[], axis: number): Feature {
  const { shape, dims } = parts[0]!;
  const made = joinedPixels(list, parts, shape[0], (pixels) => [pixels, 1]);
  const pixels: readonly Atom[] = [{ axis: "h", size: made.shape[2], stride: 1 }];
  return { ...made, dims: dims.map((dim, at) => (at === axis ? pixels : dim)) };
}

/**
 * Joins pixels. With channels innermost, the rows of an image, and the columns of a row, follow each other in memory. So they are joined along
 * channels, as `images` images of one pixel. `sizes` gives rows and columns of the result for the pixels of such an image.
 */
function joinedPixels(
  list: LayerList,
  parts: readonly Tensor4[],
  images: number,
  sizes: (pixels: number) => readonly [oh: number, ow: number],
): Tensor4 {
  const [n, c] = parts[0]!.shape;
  const flat = parts.map((part) => {
    const [, , ih, iw] = part.shape;
    const oc = (n * c * ih * iw) / images;
    return list.operation([part], { kind: "reshape", ic: c, ih, iw, on: images, oc, oh: 1, ow: 1, order: "nhwc" });
  });
  const all = joined(list, flat);
  const [oh, ow] = sizes(all.shape[1] / c);
  const one = { ic: all.shape[1], ih: 1, iw: 1 };
  return list.operation([all], { kind: "reshape", ...one, on: n, oc: c, oh, ow, order: "nhwc" });
}

function joined(list: LayerList, parts: readonly Tensor4[]): Tensor4 {
  const [, , h, w] = parts[0]!.shape;
  return list.operation(parts, { kind: "concat", channels: parts.map(({ shape }) => shape[1]), h, w });
}

/** Turns constants of one number among the parts into padding of the features beside them. */
function withPadding(
  list: LayerList,
  parts: readonly Value[],
  letters: string,
  axis: number,
  first: Feature,
  firstIndex: number,
): Feature[] {
  const result: Feature[] = [];
  let pending = { size: 0, value: 0 };
  for (const [index, part] of parts.entries()) {
    if (!isFeature(part)) {
      const value = part.data[0] ?? 0;
      if (part.data.some((each) => each !== value)) {
        throw new Refusal("one of its inputs is a constant of several numbers; a constant of one number would do");
      }
      if (part.dims[axis] === 0) continue;
      const last = result.at(-1);
      if (last) result[result.length - 1] = padded(list, last, letters, axis, 0, part.dims[axis]!, value);
      else if (pending.size > 0 && pending.value !== value)
        throw new Refusal("it begins with constants of two numbers; one would do");
      else pending = { size: pending.size + part.dims[axis]!, value };
      continue;
    }
    const placed = index === firstIndex ? first : place(list, part, letters);
    result.push(pending.size > 0 ? padded(list, placed, letters, axis, pending.size, 0, pending.value) : placed);
    pending = { size: 0, value: 0 };
  }
  return result;
}

function padded(
  list: LayerList,
  x: Feature,
  letters: string,
  axis: number,
  before: number,
  after: number,
  value: number,
): Feature {
  const letter = letters[axis];
  if (letter === "n") throw new Refusal("it pads the batch; channels, rows or columns would do");
  const made = list.pad(x, {
    channels: letter === "c" ? [before, after] : [0, 0],
    edges: letter === "h" ? [before, 0, after, 0] : letter === "w" ? [0, before, 0, after] : [0, 0, 0, 0],
    value,
  });
  return featureOf(made.value, made.shape, letters);
}

/**
 * Joins parts along an axis other than channels. If only the batch comes before this axis, the parts follow each other in memory: so they are joined
 * along channels, as images of one pixel.
 */
function joinedFlat(list: LayerList, parts: readonly Feature[], axis: number): Feature {
  const dims = dimsOf(parts[0]!);
  const batch = sizeOf(parts[0]!.shape, "n");
  const before = dims.slice(0, axis).reduce((all, size) => all * size, 1);
  if (before !== batch)
    throw new Refusal(
      `it joins along axis ${axis} of dims [${dims.join(", ")}]; along channels would do, or with nothing but the batch before that axis`,
    );
  const flat = parts.map((part) => {
    const size = dimsOf(part).reduce((all, each) => all * each, 1) / batch;
    const made = reshaped(list, part, [batch, size], "nc");
    if (!made)
      throw new Refusal(
        `its input of dims [${dimsOf(part).join(", ")}] has its elements in no order that can be joined`,
      );
    return made;
  });
  const made = joined(list, flat);
  const all = dims.map((size, each) =>
    each === axis ? parts.reduce((sum, part) => sum + dimsOf(part)[axis]!, 0) : size,
  );
  return regroup(featureOf(made.value, made.shape, "nc"), all)!;
}

/** Tile: copies of a value, one after another along each axis. */
export function tile(_: Node, inputs: Inputs, list: LayerList): Value[] {
  const x = feature(inputs, 0);
  const repeats = [...constant(inputs, 1, "repeats").data];
  if (repeats.length !== x.dims.length || repeats.some((copies) => copies < 1 || copies > MOST_PARTS))
    throw new Refusal(
      `its repeats are [${repeats.slice(0, 8).join(", ")}]; from 1 to ${MOST_PARTS} for each dimension would do`,
    );
  if (repeats.every((copies) => copies === 1)) return [x];
  const { feature: placed, letters } = placeAnyhow(list, x);
  let all = placed;
  for (const [axis, copies] of repeats.entries()) {
    if (copies > 1) all = joinAlong(list, new Array<Feature>(copies).fill(all), letters, axis);
  }
  return [all];
}
