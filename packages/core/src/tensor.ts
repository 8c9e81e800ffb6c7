/** Host tensors: float32 in ordinary memory, in either layout. */

import { checkFloat32Array, checkInteger, checkKeys, checkOneOf, readFrom } from "./check.js";
import { ConveneError, show } from "./errors.js";
import { fillUniform, mt19937 } from "./random.js";
import {
  batched,
  checkShape,
  checkShape3or4,
  checkSizes,
  elementCount,
  sameShape,
  type Shape,
  type Shape3,
  type Shape4,
} from "./shape.js";
import { type NestedNumbers, sizesOf, writeFloat32 } from "./to-float32.js";

/** The order of elements in memory: channels before rows and columns (`nchw`, PyTorch's), or channels innermost (`nhwc`, TensorFlow's). */
export type Layout = "nchw" | "nhwc";

/**
 * A tensor in host memory. `data` holds `n * c * h * w` elements in the order that `layout` says. A `Tensor<Shape3>` is
 * one image without a batch axis.
 */
export interface Tensor<S extends Shape = Shape4> {
  readonly shape: S;
  readonly layout: Layout;
  readonly data: Float32Array;
}

const LAYOUTS = ["nchw", "nhwc"] as const;

export function checkLayout(layout: unknown): Layout {
  return checkOneOf("layout", layout, LAYOUTS);
}

/**
 * Checks a host tensor of a caller: its shape, its layout, and that it has as many elements as its shape. Returns a
 * copy of the object, over the same data, because the caller may change the object later.
 *
 * @param check checks the shape; default: four sizes
 */
export function checkTensor<S extends Shape = Shape4>(
  value: Tensor<S>,
  what: string,
  check: (shape: S, what: string) => S = checkShape as (shape: Shape, what: string) => S,
): Tensor<S> {
  const { shape, layout, data } = readFrom(what, () => {
    if (typeof value === "object" && value !== null && "data" in value) {
      return { shape: value.shape, layout: value.layout, data: value.data };
    }
    throw new ConveneError(
      "ERR_SHAPE",
      `${what} (${show(value)}) must be a Tensor: { shape, layout, data }; tensor(data, shape) makes one`,
    );
  });
  const checked = check(shape, `${what}.shape`);
  checkLayout(layout);
  checkFloat32Array(`${what}.data`, data, elementCount(checked), "shape", checked);
  return { shape: checked, layout, data };
}

/**
 * Checks a host tensor into which a result is to be written. Returns a copy of the object, over the same data.
 *
 * @param layout the layout that the caller asked for, if any; `into` must have the same
 * @throws ConveneError `ERR_SHAPE`, `ERR_INVALID_OPTION`
 */
export function checkInto<S extends Shape>(into: Tensor<S>, shape: S, layout?: Layout): Tensor<S> {
  const own = checkTensor(into, "into", checkShape3or4);
  if (!sameShape(own.shape, shape)) {
    throw new ConveneError("ERR_SHAPE", `into has shape ${show(own.shape)}; expected ${show(shape)}`);
  }
  if (layout !== undefined && layout !== own.layout) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `into.layout (${show(own.layout)}) is not layout (${show(layout)}). Leave layout out, or give an into of that layout`,
    );
  }
  return own;
}

interface LayoutOption {
  readonly layout?: Layout;
}

/**
 * `tensor(data, shape)` is a tensor over `data`: a `Float32Array` is kept, not copied; a plain array of numbers is
 * converted. `tensor.from` converts other arrays.
 */
interface TensorFunction {
  /**
   * @param shape `[n, c, h, w]`, or `[c, h, w]`, whatever the layout
   * @param options.layout the order of `data`; default `"nchw"`
   * @throws ConveneError `ERR_SHAPE` if the length of `data` is not the product of `shape`, or `data` is another array
   */
  (data: Float32Array | readonly number[], shape: Shape4, options?: LayoutOption): Tensor;
  (data: Float32Array | readonly number[], shape: Shape3, options?: LayoutOption): Tensor<Shape3>;
  /** For a shape whose length the compiler does not know, such as `const shape = [1, 3, 8, 8]`. The length is checked at run time. */
  (data: Float32Array | readonly number[], shape: readonly number[], options?: LayoutOption): Tensor<Shape>;

  /**
   * Converts to float32 as `torch.tensor(data).float()` does, always into a new array: float64 and float16, integers of
   * all widths, BigInts of 64 bits, booleans, in typed arrays or in arrays of any nesting. Each number is rounded to the
   * nearest float32 once, ties to even; a number beyond float32 becomes an infinity. Integers keep their value, so bytes
   * of an image are 0 to 255: `fromImageData` divides them.
   *
   * @param shape `[n, c, h, w]`, or `[c, h, w]`, whatever the layout. Left out: the shape of the nesting, which has three or four levels
   * in the order of the layout (`[n][h][w][c]` for `"nhwc"`)
   * @throws ConveneError `ERR_SHAPE` for an element that is no number (torch's words: could not infer dtype), a BigInt beyond 64
   * bits, a nesting of uneven lengths, or another number of elements than `shape` has; `ERR_OUT_OF_MEMORY`
   */
  from(data: NestedNumbers, shape: Shape4, options?: LayoutOption): Tensor;
  from(data: NestedNumbers, shape: Shape3, options?: LayoutOption): Tensor<Shape3>;
  from(data: NestedNumbers, shape?: readonly number[], options?: LayoutOption): Tensor<Shape>;
}

/**
 * `tensor(data, shape, { layout })` is a host tensor over `data`. A `Float32Array` is kept, not copied; a plain array of numbers is
 * converted. `tensor.from` converts other arrays. `shape` is `[n, c, h, w]` or `[c, h, w]`, whatever the layout; `layout` is the order of
 * `data`, default `"nchw"`.
 *
 * @throws ConveneError `ERR_SHAPE` where `data` does not have as many elements as `shape`; `ERR_INVALID_OPTION`; `ERR_OUT_OF_MEMORY`
 */
export const tensor: TensorFunction = /* @__PURE__ */ Object.assign(over as TensorFunction, {
  from: converted as TensorFunction["from"],
});

function over(data: Float32Array | readonly number[], shape: readonly number[], options?: LayoutOption): Tensor<Shape> {
  const checked = checkSizes(shape);
  const layout = layoutOption("tensor options", options);
  const array = readFrom("data", () => (Array.isArray(data) ? fromNumbers(data, checked) : data)) as Float32Array;
  checkFloat32Array("data", array, elementCount(checked), "shape", checked);
  return { shape: checked, layout, data: array };
}

function converted(data: NestedNumbers, shape?: readonly number[], options?: LayoutOption): Tensor<Shape> {
  const layout = layoutOption("tensor.from options", options);
  const sizes = sizesOf(data);
  const checked = shape === undefined ? nestedShape(sizes, layout) : checkSizes(shape);
  checkCount(
    sizes.reduce((product, size) => product * size, 1),
    checked,
  );
  const out = hostArray(elementCount(checked));
  readFrom("data", () => writeFloat32(data, out, sizes));
  return { shape: checked, layout, data: out };
}

function nestedShape(sizes: readonly number[], layout: Layout): Shape {
  const [before, image] = [sizes.slice(0, -3), sizes.slice(-3)];
  const [h, w, c] = image;
  const shape = layout === "nhwc" && image.length === 3 ? [...before, c, h, w] : sizes;
  return checkSizes(shape as readonly number[], "shape of data");
}

function checkCount(count: number, shape: Shape): void {
  const expected = elementCount(shape);
  if (count !== expected) {
    throw new ConveneError("ERR_SHAPE", `data has ${count} elements; expected ${expected} (shape ${show(shape)})`);
  }
}

function layoutOption(name: string, options: LayoutOption = {}): Layout {
  const { layout = "nchw" } = checkKeys(name, options, ["layout"]);
  return checkLayout(layout);
}

/** Converts an array, and checks each entry, because a Float32Array would store NaN for a value that is not a number. */
function fromNumbers(data: readonly unknown[], shape: Shape): Float32Array {
  checkCount(data.length, shape);
  const out = hostArray(elementCount(shape));
  for (let index = 0; index < out.length; index++) {
    const value = data[index];
    if (typeof value !== "number") {
      throw new ConveneError("ERR_SHAPE", `data[${index}] (${show(value)}) must be a number`);
    }
    out[index] = value;
  }
  return out;
}

/**
 * A host tensor of zeros.
 *
 * @param shape `[n, c, h, w]` or `[c, h, w]`, whatever the layout
 * @throws ConveneError `ERR_SHAPE`; `ERR_INVALID_OPTION`; `ERR_OUT_OF_MEMORY`
 */
export function zeros(shape: Shape4, options?: LayoutOption): Tensor;
export function zeros(shape: Shape3, options?: LayoutOption): Tensor<Shape3>;
export function zeros(shape: readonly number[], options?: LayoutOption): Tensor<Shape>;
export function zeros(shape: readonly number[], options?: LayoutOption): Tensor<Shape> {
  const checked = checkSizes(shape);
  const layout = layoutOption("zeros options", options);
  return { shape: checked, layout, data: hostArray(elementCount(checked)) };
}

interface UniformOptions extends LayoutOption {
  /** An integer from 0 to 2³² − 1; default 0. */
  readonly seed?: number;
  /** A finite float32; default 0. */
  readonly min?: number;
  /** A finite float32 of at least `min`; default 1. */
  readonly max?: number;
}

/**
 * A host tensor of uniform values in `[min, max)`. One seed gives the same values on every machine. The generator is
 * the same as PyTorch's on a CPU: `randomUniform(shape, { seed })` equals
 * `torch.manual_seed(seed); torch.empty(shape).uniform_(min, max)`.
 *
 * @param shape `[n, c, h, w]` or `[c, h, w]`, whatever the layout
 * @throws ConveneError `ERR_SHAPE`; `ERR_INVALID_OPTION`; `ERR_OUT_OF_MEMORY`
 */
export function randomUniform(shape: Shape4, options?: UniformOptions): Tensor;
export function randomUniform(shape: Shape3, options?: UniformOptions): Tensor<Shape3>;
export function randomUniform(shape: readonly number[], options?: UniformOptions): Tensor<Shape>;
export function randomUniform(shape: readonly number[], options: UniformOptions = {}): Tensor<Shape> {
  const keys = ["layout", "seed", "min", "max"];
  const { layout = "nchw", seed = 0, min = 0, max = 1 } = checkKeys("randomUniform options", options, keys);
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

/**
 * `t` in `layout`: `t` itself if it already has this layout, otherwise a copy. The shape stays `[n, c, h, w]` or `[c, h, w]`.
 *
 * @throws ConveneError `ERR_SHAPE` where `t` is no tensor; `ERR_INVALID_OPTION` for another layout; `ERR_OUT_OF_MEMORY`
 */
export function toLayout<S extends Shape = Shape4>(t: Tensor<S>, layout: Layout): Tensor<S> {
  const from = checkTensor(t, "tensor", checkShape3or4);
  if (from.layout === checkLayout(layout)) return t;
  const [n, c, h, w] = batched(from.shape);
  const data = hostArray(from.data.length);
  const [outer, inner] = layout === "nhwc" ? [c, h * w] : [h * w, c];
  for (let image = 0; image < n; image++) {
    const at = image * c * h * w;
    transpose(from.data.subarray(at, at + c * h * w), data.subarray(at, at + c * h * w), outer, inner);
  }
  return { shape: from.shape, layout, data };
}

/**
 * Writes the transpose of `from`, a `rows` x `columns` matrix in row-major order, to `to`. It works in tiles of 16 by 16, so that each cache
 * line is used whole on both sides.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE` where `from` or `to` does not have `rows * columns` elements
 */
export function transpose(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  const count = checkInteger("rows", rows, 0) * checkInteger("columns", columns, 0);
  for (const [name, each] of Object.entries({ from, to })) checkFloat32Array(name, each, count, "rows x columns");
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

/** An array of zeros. @throws ConveneError `ERR_OUT_OF_MEMORY` */
export function hostArray(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new ConveneError("ERR_OUT_OF_MEMORY", `no memory for ${length} float32 elements on the host`, { cause });
  }
}
