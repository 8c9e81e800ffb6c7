/**
 * How the dimensions of a file's value map to the axes of a tensor of core. Each dimension is a list of atoms, and an atom is a part of one axis. So
 * transposing, splitting and merging dimensions need no layer, until an operation needs whole axes.
 */

import type { Shape4 } from "@convene/core";
import type { Constant } from "../decode/tensor.js";

export type Axis = "n" | "c" | "h" | "w";

/** The order of a tensor's axes in which elements are counted. */
export type Order = "nchw" | "nhwc";

/** A part of an axis: every `stride`-th element, `size` elements in total. Atoms of size 1 are always left out. */
export interface Atom {
  readonly axis: Axis;
  readonly size: number;
  readonly stride: number;
}

/** A value that is computed when the network runs. */
export interface Feature {
  /** The index of the layer that makes the value, or −1 − i for input i. */
  readonly value: number;
  /** The shape of the tensor of core. */
  readonly shape: Shape4;
  /** The atoms of each of the file's dimensions, the outermost atom first. */
  readonly dims: readonly (readonly Atom[])[];
}

/** The value of a name in the file. */
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

/** Joins neighbouring atoms that are one piece of an axis. */
export function merged(atoms: readonly Atom[]): Atom[] {
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

/** The axis that a list of atoms covers completely and in order; `"1"` for an empty list, undefined for any other list. */
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

/** The orders of the tensor's axes that give the file's order of elements. */
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

/** Possible axes of the dimensions, by the number of dimensions. The first that fits is taken. */
export const LETTERS: Readonly<Record<number, readonly string[]>> = {
  0: [""],
  1: ["c", "n", "h", "w"],
  2: ["nc", "hw", "ch", "hc"],
  3: ["nch", "nhc", "ncw", "nwc", "chw", "hwc"],
  4: ["nchw", "nhwc"],
};

/** A letter for each dimension, if each dimension is a whole axis. Dimensions of size 1 get the axes that are left. */
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
