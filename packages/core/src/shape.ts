/** Shapes: always batch, channels, height, width, whatever the layout. */

import { MAX_ELEMENTS, readList } from "./check.js";
import { ConveneError, show } from "./errors.js";

/** Sizes with a batch axis, whatever the layout. `n` may be 0, an empty batch. The other sizes are integers of at least 1. */
export type Shape4 = readonly [n: number, c: number, h: number, w: number];

/** Sizes of one image, without a batch axis: integers of at least 1. */
export type Shape3 = readonly [c: number, h: number, w: number];

/** Sizes with or without a batch axis, as PyTorch's `Conv2d` takes them. */
export type Shape = Shape3 | Shape4;

const AXES = ["n", "c", "h", "w"] as const;

/**
 * Checks that `shape` is four integers, n at least 0 and the others at least 1. Their product is at most 2³¹ − 1; for n = 0 this holds for
 * the product of the others. Returns a frozen copy.
 *
 * @throws ConveneError `ERR_SHAPE`
 */
export function checkShape(shape: Shape4, what = "shape"): Shape4 {
  return check(shape, what, 4) as Shape4;
}

/** As `checkShape`, but three sizes, without n, are right too. */
export function checkShape3or4<S extends Shape>(shape: S, what = "shape"): S {
  return check(shape, what, 3) as unknown as S;
}

/** As `checkShape3or4`, for a list whose length the compiler does not know. */
export function checkSizes(sizes: readonly number[], what = "shape"): Shape {
  return check(sizes, what, 3) as unknown as Shape;
}

function check(shape: unknown, what: string, least: number): readonly number[] {
  const sizes = readList(what, shape, 4) as number[] | undefined;
  if (!sizes || sizes.length < least || sizes.length > 4) {
    const expected = least < 4 ? "[n, c, h, w] or [c, h, w]" : "[n, c, h, w]";
    throw new ConveneError("ERR_SHAPE", `${what} (${show(shape)}) must be ${expected}`);
  }
  let count = 1;
  for (const [index, size] of sizes.entries()) {
    const axis = AXES.at(index - sizes.length);
    const min = axis === "n" ? 0 : 1;
    if (typeof size !== "number" || !Number.isInteger(size) || size < min) {
      throw new ConveneError(
        "ERR_SHAPE",
        `${what} (${show(sizes)}): ${axis} (${show(size)}) must be an integer of at least ${min}`,
      );
    }
    sizes[index] = size + 0; // −0 becomes 0
    count *= size || 1;
  }
  if (count > MAX_ELEMENTS) {
    throw new ConveneError("ERR_SHAPE", `${what} (${show(sizes)}) has ${count} elements; the most is 2^31 - 1`);
  }
  return Object.freeze(sizes);
}

/**
 * The shape with channels first that the caller probably meant, if `given` looks like a shape with channels last;
 * undefined otherwise.
 *
 * @param channels the number of channels that the shape should have
 */
export function meantChannelsFirst(given: Shape, channels: number): Shape | undefined {
  const [c, h, w] = given.slice(-3) as [number, number, number];
  return w === channels && c !== channels ? ([...given.slice(0, -3), w, c, h] as unknown as Shape) : undefined;
}

/** The shape with a batch axis: three sizes get a batch of 1. */
export function batched(shape: Shape): Shape4 {
  return shape.length === 3 ? [1, ...shape] : shape;
}

/** `shape`, without its batch axis if `like` has none. */
export function asBatchedAs<S extends Shape>(like: S, shape: Shape4): S {
  // A cast, because the compiler does not infer S from the length.
  return (like.length === 3 ? shape.slice(1) : shape) as unknown as S;
}

export function elementCount(shape: Shape): number {
  return (shape as readonly number[]).reduce((product, size) => product * size, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
