/** Host tensors: four dimensions of float32 in ordinary memory, in either layout. */

import { checkFloat32Array, checkKeys, checkOneOf, MAX_ELEMENTS } from "./check.js";
import { ConveneError, show } from "./errors.js";
import { fillUniform, mt19937 } from "./random.js";

/** How elements lie in memory: channels before the image (`nchw`, PyTorch's) or innermost (`nhwc`, TensorFlow's). */
export type Layout = "nchw" | "nhwc";

/** Always in this order, whatever the layout. */
export type Shape4 = readonly [n: number, c: number, h: number, w: number];

/** A tensor in host memory. `data` holds `n * c * h * w` elements in the order that `layout` says. */
export interface Tensor {
  readonly shape: Shape4;
  readonly layout: Layout;
  readonly data: Float32Array;
}

const LAYOUTS = ["nchw", "nhwc"] as const;
const AXES = ["n", "c", "h", "w"] as const;

/**
 * Checks that `shape` is four positive integers whose product is at most 2³¹ − 1, and gives a frozen copy.
 *
 * @throws ConveneError `ERR_SHAPE`
 */
export function checkShape(shape: Shape4, what = "shape"): Shape4 {
  if (!Array.isArray(shape) || shape.length !== 4) {
    throw new ConveneError("ERR_SHAPE", `${what} (${show(shape)}) must be [n, c, h, w]`);
  }
  let count = 1;
  for (let axis = 0; axis < 4; axis++) {
    const size: unknown = shape[axis];
    if (typeof size !== "number" || !Number.isInteger(size) || size < 1) {
      throw new ConveneError(
        "ERR_SHAPE",
        `${what} (${show(shape)}): ${AXES[axis]} (${show(size)}) must be an integer of at least 1`,
      );
    }
    count *= size;
  }
  if (count > MAX_ELEMENTS) {
    throw new ConveneError("ERR_SHAPE", `${what} (${show(shape)}) has ${count} elements; the most is 2^31 - 1`);
  }
  return Object.freeze([shape[0], shape[1], shape[2], shape[3]] as const);
}

export function checkLayout(layout: unknown): Layout {
  return checkOneOf("layout", layout, LAYOUTS);
}

/** Checks a host tensor that a caller hands in: shape, layout, and as many elements as the shape has. */
export function checkTensor(value: Tensor, what: string): Tensor {
  if (typeof value !== "object" || value === null || !("data" in value)) {
    throw new ConveneError(
      "ERR_SHAPE",
      `${what} (${show(value)}) must be a Tensor: { shape, layout, data }; tensor(data, shape) makes one`,
    );
  }
  const shape = checkShape(value.shape, `${what}.shape`);
  checkLayout(value.layout);
  checkFloat32Array(`${what}.data`, value.data, elementCount(shape), `shape ${show(shape)}`);
  return value;
}

/**
 * Checks a host tensor that a result is to be written to. Gives what it is now, in an object of its own.
 *
 * @param layout what was asked for beside it, if anything was
 * @throws ConveneError `ERR_SHAPE`, `ERR_INVALID_OPTION`
 */
export function checkInto(into: Tensor, shape: Shape4, layout?: Layout): Tensor {
  const { layout: own, data } = checkTensor(into, "into");
  if (!sameShape(into.shape, shape)) {
    throw new ConveneError("ERR_SHAPE", `into has shape ${show(into.shape)}; expected ${show(shape)}`);
  }
  if (layout !== undefined && layout !== own) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `into.layout (${show(own)}) is not layout (${show(layout)}). Leave layout out, or give an into of that layout`,
    );
  }
  return { shape, layout: own, data };
}

export function elementCount(shape: Shape4): number {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

export function sameShape(a: Shape4, b: Shape4): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

/**
 * A tensor over `data`: a `Float32Array` is kept, not copied; a plain array of numbers is converted.
 *
 * @param shape always `[n, c, h, w]`, whatever the layout
 * @param options.layout the order of `data`; default `"nchw"`
 * @throws ConveneError `ERR_SHAPE` if the length of `data` is not the product of `shape`
 */
export function tensor(
  data: Float32Array | readonly number[],
  shape: Shape4,
  options: { layout?: Layout } = {},
): Tensor {
  const checked = checkShape(shape);
  const layout = layoutOption("tensor options", options);
  const array = Array.isArray(data) ? fromNumbers(data) : (data as Float32Array);
  checkFloat32Array("data", array, elementCount(checked), `shape ${show(checked)}`);
  return { shape: checked, layout, data: array };
}

function layoutOption(name: string, options: { layout?: Layout }, others: readonly string[] = []): Layout {
  checkKeys(name, options, ["layout", ...others]);
  const { layout = "nchw" } = options;
  return checkLayout(layout);
}

/** Checked first, because `Float32Array.from` makes NaN of what is not a number. */
function fromNumbers(data: readonly unknown[]): Float32Array {
  const wrong = data.findIndex((value) => typeof value !== "number");
  if (wrong >= 0) throw new ConveneError("ERR_SHAPE", `data[${wrong}] (${show(data[wrong])}) must be a number`);
  return Float32Array.from(data as readonly number[]);
}

/** A tensor of zeros. @throws ConveneError `ERR_SHAPE`, or `ERR_OUT_OF_MEMORY` */
export function zeros(shape: Shape4, options: { layout?: Layout } = {}): Tensor {
  const checked = checkShape(shape);
  const layout = layoutOption("zeros options", options);
  return { shape: checked, layout, data: hostArray(elementCount(checked)) };
}

/**
 * Uniform values in `[min, max)`, the same for the same seed everywhere: PyTorch's CPU generator, so that
 * `randomUniform(shape, { seed })` equals `torch.manual_seed(seed); torch.empty(shape).uniform_(min, max)` for tensors
 * of fewer than 2³¹ elements.
 *
 * @param options.seed an integer from 0 to 2³² − 1; default 0
 */
export function randomUniform(
  shape: Shape4,
  options: { seed?: number; min?: number; max?: number; layout?: Layout } = {},
): Tensor {
  const layout = layoutOption("randomUniform options", options, ["seed", "min", "max"]);
  const { seed = 0, min = 0, max = 1 } = options;
  for (const [name, bound] of [
    ["min", min],
    ["max", max],
  ] as const) {
    if (typeof bound !== "number" || !Number.isFinite(Math.fround(bound))) {
      throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(bound)}) must be a finite float32`);
    }
  }
  if (min > max || !Number.isFinite(Math.fround(max - min))) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `min (${min}) must be at most max (${max}), and their distance a finite float32`,
    );
  }
  const random = mt19937(seed);
  const result = zeros(shape, { layout });
  fillUniform(random, result.data, min, max);
  return result;
}

/** `t` in `layout`: `t` itself if it has it already, otherwise a converted copy. */
export function toLayout(t: Tensor, layout: Layout): Tensor {
  checkTensor(t, "tensor");
  if (t.layout === checkLayout(layout)) return t;
  const [n, c, h, w] = t.shape;
  const data = hostArray(t.data.length);
  const [outer, inner] = layout === "nhwc" ? [c, h * w] : [h * w, c];
  for (let image = 0; image < n; image++) {
    const at = image * c * h * w;
    transpose(t.data.subarray(at, at + c * h * w), data.subarray(at, at + c * h * w), outer, inner);
  }
  return { shape: t.shape, layout, data };
}

/**
 * Writes the transpose of `from`, a `rows` x `columns` matrix, to `to`. In tiles of 16 by 16, so that each cache line
 * is used whole on both sides.
 */
export function transpose(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let r0 = 0; r0 < rows; r0 += 16) {
    const r1 = Math.min(r0 + 16, rows);
    for (let c0 = 0; c0 < columns; c0 += 16) {
      const c1 = Math.min(c0 + 16, columns);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) to[c * rows + r] = from[r * columns + c]!;
      }
    }
  }
}

/**
 * An image as a tensor of shape `[1, 3, height, width]`, in `nhwc`: red, green and blue in `[0, 1]`, alpha dropped.
 *
 * @param imageData a browser's `ImageData`, or anything with `width`, `height` and RGBA bytes
 */
export function fromImageData(imageData: {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}): Tensor {
  const { width, height, data } = Object(imageData) as typeof imageData;
  if (typeof data !== "object" || data === null) {
    throw new ConveneError("ERR_SHAPE", `imageData (${show(imageData)}) must have width, height and RGBA data`);
  }
  const shape = checkShape([1, 3, height, width], "image as [1, 3, height, width]");
  if (data.length !== width * height * 4) {
    throw new ConveneError(
      "ERR_SHAPE",
      `imageData.data has ${data.length} bytes; expected ${width * height * 4} (${height} x ${width} RGBA)`,
    );
  }
  const out = hostArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = data[pixel * 4 + channel]! / 255;
  }
  return { shape, layout: "nhwc", data: out };
}

/** A zeroed array, or `ERR_OUT_OF_MEMORY`. */
export function hostArray(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new ConveneError("ERR_OUT_OF_MEMORY", `no memory for ${length} float32 elements on the host`, { cause });
  }
}
