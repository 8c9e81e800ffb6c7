/** Moves a value's dimensions onto whole axes of a tensor, with as few layers as possible. */

import type { Shape4 } from "@convene/core";
import { Refusal } from "../graph/attributes.js";
import {
  type Atom,
  type Axis,
  dimsOf,
  type Feature,
  featureOf,
  inOrder,
  LETTERS,
  lettersOf,
  lies,
  ordersOf,
  sizeOf,
  wholeAxis,
} from "./feature.js";
import type { LayerList, Tensor4 } from "./layers.js";

/** `feature` with dimension i as the whole axis `letters[i]`. @throws Refusal where no operation of core moves its elements so */
export function place(list: LayerList, feature: Feature, letters: string): Feature {
  const placed = tryPlace(list, feature, letters);
  if (placed) return placed;
  throw new Refusal(
    `its input of dims [${dimsOf(feature).join(", ")}] has its elements transposed in a way that no layout has; transposing between [n, c, h, w] and [n, h, w, c], pixel shuffle and channel shuffle would do`,
  );
}

function tryPlace(list: LayerList, feature: Feature, letters: string): Feature | undefined {
  if (lies(feature, letters)) return feature;
  if (feature.dims.length !== letters.length) return undefined;
  const known = list.placed.get(feature) ?? new Map<string, Feature | undefined>();
  const placed =
    known.get(letters) ?? reshaped(list, feature, dimsOf(feature), letters) ?? shuffled(list, feature, letters);
  list.placed.set(feature, known.set(letters, placed));
  return placed;
}

/** As `place`, onto the axes that need the fewest layers. Returns the letters of these axes too. */
export function placeAnyhow(
  list: LayerList,
  feature: Feature,
): { readonly feature: Feature; readonly letters: string } {
  const already = lettersOf(feature);
  if (already !== undefined) return { feature, letters: already };
  for (const letters of LETTERS[feature.dims.length] ?? []) {
    const placed = tryPlace(list, feature, letters);
    if (placed) return { feature: placed, letters };
  }
  const asChannels = columnsAsChannels(list, feature);
  if (asChannels) return placeAnyhow(list, asChannels);
  throw new Refusal(
    `its input has dims [${dimsOf(feature).join(", ")}], which are no whole axes of an image; at most four of them, in the order [n, c, h, w] or [n, h, w, c], would do`,
  );
}

/** The columns of a value of one channel as its channels: these lie in memory as those do. */
function columnsAsChannels(list: LayerList, { value, shape, dims }: Feature): Feature | undefined {
  const [n, c, h, w] = shape;
  if (c !== 1 || w === 1) return undefined;
  const to = { on: n, oc: w, oh: h, ow: 1 };
  const made = list.operation([{ value, shape }], { kind: "reshape", ic: 1, ih: h, iw: w, ...to, order: "nhwc" });
  const moved = (atom: Atom): Atom => (atom.axis === "w" ? { ...atom, axis: "c" } : atom);
  return { ...made, dims: dims.map((dim) => dim.map(moved)) };
}

/** The tensor's shape where dimension i of the file is the axis `letters[i]`. */
export function shapeFor(dims: readonly number[], letters: string): Shape4 {
  const size = (axis: Axis): number => {
    const index = letters.indexOf(axis);
    return index === -1 ? 1 : dims[index]!;
  };
  return [size("n"), size("c"), size("h"), size("w")];
}

/** The same elements in the same order, under other dimensions that are whole axes; undefined where the order differs. */
export function reshaped(
  list: LayerList,
  feature: Feature,
  dims: readonly number[],
  letters: string,
): Feature | undefined {
  const axes = [...letters].filter((_, index) => dims[index] !== 1);
  const order = ordersOf(feature).find((each) => inOrder(axes, each));
  if (!order) return undefined;
  const shape = shapeFor(dims, letters);
  if (shape.every((size, axis) => size === feature.shape[axis])) return featureOf(feature.value, shape, letters);
  const [, ic, ih, iw] = feature.shape;
  const [on, oc, oh, ow] = shape;
  const made = list.operation([feature], { kind: "reshape", ic, ih, iw, on, oc, oh, ow, order });
  return featureOf(made.value, made.shape, letters);
}

/** Channel shuffle, pixel shuffle or its inverse, if one of them moves the atoms as needed. */
function shuffled(list: LayerList, feature: Feature, letters: string): Feature | undefined {
  const at = (axis: Axis): readonly Atom[] => feature.dims[letters.indexOf(axis)] ?? [];
  if (!["n", "1"].includes(wholeAxis(feature.shape, at("n")) ?? "")) return undefined;
  const [c, h, w] = [at("c"), at("h"), at("w")];
  const made =
    channelShuffle(list, feature, c, h, w) ??
    pixelShuffle(list, feature, c, h, w) ??
    pixelUnshuffle(list, feature, c, h, w);
  return made && featureOf(made.value, made.shape, letters);
}

type Made = { readonly value: number; readonly shape: Shape4 } | undefined;

/** Whether the atoms cover a whole axis, which may have size 1. */
function isAll(feature: Feature, atoms: readonly Atom[], axis: Axis): boolean {
  const whole = wholeAxis(feature.shape, atoms);
  return whole === axis || (whole === "1" && sizeOf(feature.shape, axis) === 1);
}

function channelShuffle(
  list: LayerList,
  feature: Feature,
  c: readonly Atom[],
  h: readonly Atom[],
  w: readonly Atom[],
): Made {
  const [inner, groups, more] = c;
  const [, channels, ih, iw] = feature.shape;
  if (!isAll(feature, h, "h") || !isAll(feature, w, "w") || !inner || !groups || more) return undefined;
  if (inner.axis !== "c" || groups.axis !== "c" || inner.stride !== 1 || groups.stride !== inner.size) return undefined;
  if (inner.size * groups.size !== channels) return undefined;
  return list.operation([feature], { kind: "channelShuffle", g: groups.size, c: channels, h: ih, w: iw });
}

/** Splits `atoms` into the axis and a part of the channels after it; either may be missing. */
function axisAndChannels(feature: Feature, atoms: readonly Atom[], axis: Axis): Atom | undefined {
  const own = sizeOf(feature.shape, axis) === 1 ? 0 : 1;
  if (!isAll(feature, atoms.slice(0, own), axis) || atoms.length > own + 1) return undefined;
  return atoms[own] ?? { axis: "c", size: 1, stride: 0 };
}

function pixelShuffle(
  list: LayerList,
  feature: Feature,
  c: readonly Atom[],
  h: readonly Atom[],
  w: readonly Atom[],
): Made {
  const [rows, columns] = [axisAndChannels(feature, h, "h"), axisAndChannels(feature, w, "w")];
  const [outer = { axis: "c", size: 1, stride: 0 } as const, more] = c;
  if (!rows || !columns || more || [rows, columns, outer].some(({ axis }) => axis !== "c")) return undefined;
  const [, ic, ih, iw] = feature.shape;
  const [rh, rw, oc] = [rows.size, columns.size, outer.size];
  if (rh * rw * oc !== ic) return undefined;
  const is = (atom: Atom, stride: number): boolean => atom.size === 1 || atom.stride === stride;
  const crd = is(outer, rh * rw) && is(rows, rw) && is(columns, 1);
  const dcr = is(rows, rw * oc) && is(columns, oc) && is(outer, 1);
  if (!crd && !dcr) return undefined;
  return list.operation([feature], { kind: "pixelShuffle", ic, ih, iw, rh, rw, order: crd ? "crd" : "dcr" });
}

/** Pixel unshuffle, by slices and a concatenation: rows and columns modulo a factor become channels, before or behind the existing channels. */
function pixelUnshuffle(
  list: LayerList,
  feature: Feature,
  c: readonly Atom[],
  h: readonly Atom[],
  w: readonly Atom[],
): Made {
  const [, ic, ih, iw] = feature.shape;
  const own = c.findIndex(({ axis }) => axis === "c");
  const blocks = c.filter((_, index) => index !== own);
  const first = own === 0;
  if (ic > 1 && (own === -1 || (!first && own !== c.length - 1) || !isAll(feature, [c[own]!], "c"))) return undefined;
  const [rows, columns, more] = blocks;
  if (!rows || !columns || more || rows.axis !== "h" || columns.axis !== "w") return undefined;
  const [rh, rw] = [rows.size, columns.size];
  if (rows.stride !== 1 || columns.stride !== 1 || ih % rh !== 0 || iw % rw !== 0) return undefined;
  const strided = (atoms: readonly Atom[], axis: Axis, size: number, stride: number): boolean =>
    size === 1
      ? atoms.length === 0
      : atoms.length === 1 && atoms[0]!.axis === axis && atoms[0]!.size === size && atoms[0]!.stride === stride;
  if (!strided(h, "h", ih / rh, rh) || !strided(w, "w", iw / rw, rw)) return undefined;
  const joined = blocksToChannels(list, feature, rh, rw);
  if (!first || ic === 1) return joined;
  const [, channels, oh, ow] = joined.shape;
  return list.operation([joined], { kind: "channelShuffle", g: rh * rw, c: channels, h: oh, w: ow });
}

/** Output channel `(i·rw + j)·c + k` is channel k at rows i, i + rh, ... and columns j, j + rw, ... */
export function blocksToChannels(
  list: LayerList,
  x: { readonly value: number; readonly shape: Shape4 },
  rh: number,
  rw: number,
): { readonly value: number; readonly shape: Shape4 } {
  const [, c, ih, iw] = x.shape;
  const [oh, ow] = [ih / rh, iw / rw];
  if (rh * rw > 1024) throw new Refusal(`its blocks of ${rh} x ${rw} are too large; up to 32 x 32 would do`);
  const parts = Array.from({ length: rh * rw }, (_, index) =>
    list.operation([x], {
      kind: "slice",
      c,
      ih,
      iw,
      oc: c,
      oh,
      ow,
      fc: 0,
      fh: Math.floor(index / rw),
      fw: index % rw,
      sh: rh,
      sw: rw,
    }),
  );
  return list.operation(parts, { kind: "concat", channels: parts.map(() => c), h: oh, w: ow });
}

/**
 * A value of another shape by repeating it along sizes of 1. For `multiply` and `add`, a number for each channel stays one: core repeats it.
 *
 * @throws Refusal if a size differs and is not 1
 */
export function repeated(list: LayerList, part: Feature, [n, c, h, w]: Shape4): Feature {
  const [pn, pc, ph, pw] = part.shape;
  if (pn !== n || (pc !== c && pc !== 1) || (ph !== h && ph !== 1) || (pw !== w && pw !== 1)) {
    throw new Refusal(
      `a value of [n, c, h, w] = [${part.shape.join(", ")}] does not go with [${[n, c, h, w].join(", ")}]; one of the same shape, or with sizes of 1, would do`,
    );
  }
  let made: Tensor4 = part;
  // A convolution with weights of 1 copies the channel exactly.
  if (pc !== c) made = list.conv(made, { weight: new Float32Array(c).fill(1), oc: c, kernel: [1, 1] });
  if (ph !== h || pw !== w)
    made = list.operation([made], { kind: "upsample", c, ih: ph, iw: pw, oh: h, ow: w, mode: "nearest" });
  return { ...part, ...made, dims: [] };
}
