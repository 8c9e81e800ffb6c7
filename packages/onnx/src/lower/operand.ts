/** Checks a node's inputs: features, constants, numbers, and constants as a number for each channel. */

import { Refusal } from "../graph/attributes.js";
import type { Constant } from "../decode/tensor.js";
import { count } from "../graph/fold.js";
import { type Atom, type Axis, dimsOf, type Feature, isFeature, sizeOf, type Value } from "./feature.js";

/** `undefined` for an optional input that is left out. */
export type Inputs = readonly (Value | undefined)[];

export function feature(inputs: Inputs, index: number): Feature {
  const value = inputs[index];
  if (!value) throw new Refusal(`its input ${index} is missing`);
  if (isFeature(value)) return value;
  throw new Refusal(`its input ${index} is a constant; a value that depends on the network's inputs would do`);
}

export function optionalConstant(inputs: Inputs, index: number, what: string): Constant | undefined {
  const value = inputs[index];
  if (value && isFeature(value)) throw new Refusal(`its ${what} depends on the network's inputs; a constant would do`);
  return value;
}

export function constant(inputs: Inputs, index: number, what: string): Constant {
  const value = optionalConstant(inputs, index, what);
  if (!value) throw new Refusal(`its ${what} (input ${index}) is missing`);
  return value;
}

/** The inputs without features, for code that is shared with folding. */
export function constantsOf(inputs: Inputs): readonly (Constant | undefined)[] {
  return inputs.map((value) => (value && !isFeature(value) ? value : undefined));
}

/** The number in a constant of one element. */
export function numberInput(inputs: Inputs, index: number, what: string, standard: number): number {
  const given = optionalConstant(inputs, index, what);
  if (!given) return standard;
  if (given.data.length !== 1) throw new Refusal(`its ${what} has ${given.data.length} elements; one would do`);
  return given.data[0]!;
}

/** Weights as float32: a view of the file if the file has float32. */
export function weights(
  inputs: Inputs,
  index: number,
  what: string,
): { readonly dims: readonly number[]; readonly data: Float32Array } {
  return asWeights(constant(inputs, index, what), what);
}

export function asWeights(
  given: Constant,
  what: string,
): { readonly dims: readonly number[]; readonly data: Float32Array } {
  if (given.kind !== "float")
    throw new Refusal(`its ${what} has ${given.kind === "integer" ? "integers" : "booleans"}; floats would do`);
  return { dims: given.dims, data: given.data instanceof Float32Array ? given.data : Float32Array.from(given.data) };
}

/** A float for each channel, from a constant of `channels` elements. */
export function perChannelWeights(inputs: Inputs, index: number, what: string, channels: number): Float32Array {
  const { data, dims } = weights(inputs, index, what);
  if (data.length === channels) return data;
  throw new Refusal(`its ${what} has dims [${dims.join(", ")}]; one for each of ${channels} channels would do`);
}

/** The most channels. A constant of one number is also written out for each channel, so their number must have a limit. */
const MOST_CHANNELS = 2 ** 20;

/** What a place along an atom adds to the index of a constant's element. */
interface Term {
  readonly atom: Atom;
  readonly step: number;
}

/** The terms of a constant that is broadcast to a feature. @throws Refusal where the constant makes the feature larger */
function termsOf(given: Constant, to: Feature): readonly Term[] {
  const dims = dimsOf(to);
  const offset = dims.length - given.dims.length;
  const what = `its constant of dims [${given.dims.join(", ")}]`;
  if (count(given.dims) === 0) throw new Refusal(`${what} is empty`);
  if (given.data.length === 1 && offset >= 0) return [];
  let stride = given.data.length;
  return given.dims.flatMap((size, index) => {
    stride /= size;
    if (size === 1) return [];
    if (dims[index + offset] !== size) throw new Refusal(`${what} does not fit its input of dims [${dims.join(", ")}]`);
    let step = stride * size;
    return to.dims[index + offset]!.map((atom): Term => {
      step /= atom.size;
      return { atom, step };
    });
  });
}

const indexAlong = (terms: readonly Term[], axis: Axis, at: number): number =>
  terms.reduce(
    (sum, { atom, step }) => sum + (atom.axis === axis ? (Math.floor(at / atom.stride) % atom.size) * step : 0),
    0,
  );

/** Whether a constant that is broadcast to a feature has one number for each channel, and not for other axes. */
export function isPerChannel(given: Constant, to: Feature): boolean {
  return termsOf(given, to).every(({ atom }) => atom.axis === "c");
}

/**
 * A constant that is broadcast to a feature, as a number for each channel. @throws Refusal where the constant varies along another axis, or makes the
 * feature larger
 */
export function perChannel(given: Constant, to: Feature): Float64Array {
  const channels = checkedChannels(sizeOf(to.shape, "c"));
  const terms = termsOf(given, to);
  if (terms.some(({ atom }) => atom.axis !== "c")) {
    throw new Refusal(
      `its constant of dims [${given.dims.join(", ")}] varies over other axes than channels of its input of dims [${dimsOf(to).join(", ")}]; one number, or one for each channel, would do`,
    );
  }
  return Float64Array.from({ length: channels }, (_, channel) => given.data[indexAlong(terms, "c", channel)]!);
}

/**
 * A constant that is broadcast to a feature, as a number for each element of an image, channels innermost. @throws Refusal where the constant varies
 * over the batch, or makes the feature larger
 */
export function perElement(given: Constant, to: Feature): Float64Array {
  const [, c, h, w] = to.shape;
  const result = new Float64Array(checkedChannels(c * h * w));
  const terms = termsOf(given, to);
  if (terms.some(({ atom }) => atom.axis === "n"))
    throw new Refusal(`its constant of dims [${given.dims.join(", ")}] varies over the batch`);
  let index = 0;
  for (let y = 0; y < h; y++) {
    const row = indexAlong(terms, "h", y);
    for (let x = 0; x < w; x++) {
      const pixel = row + indexAlong(terms, "w", x);
      for (let channel = 0; channel < c; channel++) {
        result[index++] = given.data[pixel + indexAlong(terms, "c", channel)]!;
      }
    }
  }
  return result;
}

function checkedChannels(channels: number): number {
  if (channels <= MOST_CHANNELS) return channels;
  throw new Refusal(`its input has ${channels} channels; up to ${MOST_CHANNELS} would do`);
}
