/**
 * How a value of the file lies in a tensor of core. Each dimension of the file is a list of atoms, and an atom is a part of one axis of
 * the tensor: so transposing, splitting and merging dimensions costs nothing until an operation needs whole axes.
 */

import type { Shape4 } from "@convene/core";
import type { Constant } from "../decode/tensor.js";

export type Axis = "n" | "c" | "h" | "w";

/** The order of a tensor's axes in which its elements are counted. */
export type Order = "nchw" | "nhwc";

/** Of an axis, every `stride`-th element, `size` of them. Atoms of size 1 are left out everywhere. */
export interface Atom {
  readonly axis: Axis;
  readonly size: number;
  readonly stride: number;
}

/** A value that is computed when the network runs. */
export interface Feature {
  /** The layer that gives it, or −1 − i for input i. */
  readonly value: number;
  /** Of the tensor of core. */
  readonly shape: Shape4;
  /** The file's dimensions, each with the outermost atom first. */
  readonly dims: readonly (readonly Atom[])[];
}

/** What a name of the file stands for. */
export type Value = Feature | Constant;

export function isFeature(value: Value): value is Feature {
  return "value" in value;
}

export function sizeOf(shape: Shape4, axis: Axis): number {
  return shape["nchw".indexOf(axis)]!;
}

/** A value whose dimensions are whole axes: `letters` has one for each, such as `"nchw"`. */
export function featureOf(value: number, shape: Shape4, letters: string): Feature {
  const dims = [...letters].map((letter): Atom[] => {
    const size = sizeOf(shape, letter as Axis);
    return size === 1 ? [] : [{ axis: letter as Axis, size, stride: 1 }];
  });
  return { value, shape, dims };
}

/** The file's dimensions as numbers. */
export function dimsOf(value: Value): readonly number[] {
  return isFeature(value) ? value.dims.map(product) : value.dims;
}

function product(atoms: readonly Atom[]): number {
  return atoms.reduce((size, atom) => size * atom.size, 1);
}

/** Neighbours that are one piece of one axis, as one atom. */
function merged(atoms: readonly Atom[]): Atom[] {
  const result: Atom[] = [];
  for (const atom of atoms) {
    const last = result.at(-1);
    if (last && last.axis === atom.axis && last.stride === atom.size * atom.stride) {
      result[result.length - 1] = { axis: atom.axis, size: last.size * atom.size, stride: atom.stride };
    } else result.push(atom);
  }
  return result;
}

/** The same elements in the same order under other dimensions; undefined where a dimension would take parts of two atoms. */
export function regroup(feature: Feature, sizes: readonly number[]): Feature | undefined {
  const rest = merged(feature.dims.flat()).reverse();
  const dims: Atom[][] = [];
  for (const size of sizes) {
    const dim: Atom[] = [];
    let missing = size;
    while (missing > 1) {
      const atom = rest.pop();
      if (!atom) return undefined;
      if (missing % atom.size === 0) {
        dim.push(atom);
        missing /= atom.size;
      } else if (atom.size % missing === 0) {
        const inner = atom.size / missing;
        dim.push({ axis: atom.axis, size: missing, stride: atom.stride * inner });
        rest.push({ axis: atom.axis, size: inner, stride: atom.stride });
        missing = 1;
      } else return undefined;
    }
    dims.push(dim);
  }
  return rest.length === 0 ? { ...feature, dims } : undefined;
}

/** The dimensions in another order: dimension i of the result is dimension `order[i]`. */
export function permuted(feature: Feature, order: readonly number[]): Feature {
  return { ...feature, dims: order.map((axis) => feature.dims[axis]!) };
}

/** The axis that a list of atoms is the whole of, in order; `"1"` for none, undefined for anything else. */
export function wholeAxis(shape: Shape4, dim: readonly Atom[]): Axis | "1" | undefined {
  const [atom, more] = merged(dim);
  if (!atom) return "1";
  return !more && atom.stride === 1 && atom.size === sizeOf(shape, atom.axis) ? atom.axis : undefined;
}

/** Whether the dimensions are whole axes as `letters` says. */
export function lies(feature: Feature, letters: string): boolean {
  return (
    feature.dims.length === letters.length &&
    feature.dims.every((dim, index) => {
      const axis = wholeAxis(feature.shape, dim);
      return axis === letters[index] || (axis === "1" && sizeOf(feature.shape, letters[index] as Axis) === 1);
    })
  );
}

/** The orders in which counting the file's elements counts the tensor's. */
export function ordersOf(feature: Feature): Order[] {
  const axes: string[] = [];
  for (const atom of merged(feature.dims.flat())) {
    if (atom.stride !== 1 || atom.size !== sizeOf(feature.shape, atom.axis)) return [];
    axes.push(atom.axis);
  }
  return (["nchw", "nhwc"] as const).filter((order) => inOrder(axes, order));
}

/** Whether the axes come in this order. */
export function inOrder(axes: readonly string[], order: Order): boolean {
  return axes.every((axis, index) => index === 0 || order.indexOf(axes[index - 1]!) < order.indexOf(axis));
}

/** What whole axes the dimensions may be, by their number; the first that fits is taken. */
export const LETTERS: Readonly<Record<number, readonly string[]>> = {
  0: [""],
  1: ["c", "n", "h", "w"],
  2: ["nc", "hw", "ch", "hc"],
  3: ["nch", "nhc", "ncw", "nwc", "chw", "hwc"],
  4: ["nchw", "nhwc"],
};

/** A letter for each dimension, where each is a whole axis; dimensions of 1 get the axes that are left. */
export function lettersOf(feature: Feature): string | undefined {
  const known = feature.dims.map((dim) => wholeAxis(feature.shape, dim));
  if (known.includes(undefined)) return undefined;
  return LETTERS[feature.dims.length]?.find((letters) =>
    known.every(
      (axis, index) => axis === letters[index] || (axis === "1" && sizeOf(feature.shape, letters[index] as Axis) === 1),
    ),
  );
}

/** Whether two values have their elements in the same places. */
export function sameDims(a: Feature, b: Feature): boolean {
  const text = (feature: Feature): string => JSON.stringify([feature.shape, feature.dims.map(merged)]);
  return text(a) === text(b);
}
