/** Pictures of bytes, as canvases and decoders have them, to tensors and back. */

import { arrayType, readFrom } from "./check.js";
import { ConveneError, show } from "./errors.js";
import { batched, checkShape, checkShape3or4, type Shape } from "./shape.js";
import { checkTensor, hostArray, type Tensor } from "./tensor.js";

/** RGBA bytes over memory that is not shared between threads, as `new ImageData` needs it. Older compilers do not know this difference. */
type PixelBytes = ReturnType<Uint8ClampedArrayConstructor["from"]>;

/** A picture: four bytes a pixel, red, green, blue and alpha, row by row from the top. A browser's `ImageData` is one. */
export interface Pixels {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** `width * height * 4` bytes, 0 to 255. Alpha is not multiplied into the colours. */
  readonly data: PixelBytes;
}

/** A browser's `ImageData` where the types of one are known, and `Pixels` elsewhere. */
export type ImageDataOrPixels = typeof globalThis extends { ImageData: { prototype: infer Image } }
  ? Image & Pixels
  : Pixels;

/**
 * An image as a tensor of shape `[1, 3, height, width]`, in `nhwc`: red, green and blue in `[0, 1]`, alpha dropped.
 *
 * @param imageData a browser's `ImageData`, or anything with `width`, `height` and RGBA bytes
 * @throws ConveneError `ERR_SHAPE` where `data` is no list of bytes, or does not have four bytes for each pixel; `ERR_INVALID_OPTION` where
 * `imageData` cannot be read; `ERR_OUT_OF_MEMORY`
 */
export function fromImageData(imageData: {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}): Tensor {
  const { width, height, data } = readFrom("imageData", () => {
    const given = Object(imageData) as typeof imageData;
    return { width: given.width, height: given.height, data: given.data };
  });
  if (typeof data !== "object" || data === null) {
    throw new ConveneError("ERR_SHAPE", `imageData (${show(imageData)}) must have width, height and RGBA data`);
  }
  // A canvas may have pixels in float16, from 0 to 1.
  if (arrayType(data)?.startsWith("Float")) {
    throw new ConveneError("ERR_SHAPE", `imageData.data (${show(data)}) must be bytes; tensor.from takes floats`);
  }
  const shape = checkShape([1, 3, height, width], "image as [1, 3, height, width]");
  const bytes = width * height * 4;
  return readFrom("imageData.data", () => {
    if (data.length !== bytes) {
      const rgb =
        data.length === width * height * 3 ? "; three bytes a pixel are RGB: sharp's ensureAlpha() adds alpha" : "";
      const expected = `expected ${bytes} (${height} x ${width} RGBA)${rgb}`;
      throw new ConveneError("ERR_SHAPE", `imageData.data has ${data.length} bytes; ${expected}`);
    }
    const out = hostArray(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = data[pixel * 4 + channel]! / 255;
    }
    return { shape, layout: "nhwc", data: out };
  });
}

/**
 * A tensor as a picture: the way back from `fromImageData`. Values are in `[0, 1]`; each is multiplied by 255 and rounded to the
 * nearest byte. A value below 0, and NaN, becomes 0; a value above 1 becomes 255. One channel is grey. Three channels are red, green and
 * blue, and alpha is 255. A fourth channel is alpha, not multiplied into the colours.
 *
 * @param image one image of 1, 3 or 4 channels, `[1, c, h, w]` or `[c, h, w]`, in either layout
 * @returns an `ImageData` where there is such a class, for `context.putImageData`; elsewhere an object with the same `width`,
 * `height` and `data`, which libraries that write pictures take
 * @throws ConveneError `ERR_SHAPE` for another number of images or channels; `ERR_INVALID_OPTION` for another layout; `ERR_OUT_OF_MEMORY`
 */
export function toImageData(image: Tensor<Shape>): ImageDataOrPixels {
  const { shape, layout, data } = checkTensor(image, "image", checkShape3or4);
  const [n, c, height, width] = batched(shape);
  if (n !== 1) {
    throw new ConveneError(
      "ERR_SHAPE",
      `image (${show(shape)}) has ${n} images; expected 1: tensor(data.subarray(i * c * h * w, (i + 1) * c * h * w), [c, h, w], { layout }) is image i`,
    );
  }
  if (c !== 1 && c !== 3 && c !== 4) {
    throw new ConveneError(
      "ERR_SHAPE",
      `image (${show(shape)}) has ${c} channels; expected 1 (grey), 3 (RGB) or 4 (RGBA), in a shape [n, c, h, w]`,
    );
  }
  const pixels = height * width;
  // Distances in `data`: to the next channel of the same pixel, and to the next pixel of the same channel.
  const [nextChannel, nextPixel] = layout === "nhwc" ? [1, c] : [pixels, 1];
  const bytes = byteArray(pixels * 4);
  // A Uint8ClampedArray rounds, clamps, and stores 0 for NaN.
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * nextPixel;
    for (let channel = 0; channel < 3; channel++) {
      bytes[pixel * 4 + channel] = data[from + (c === 1 ? 0 : channel * nextChannel)]! * 255;
    }
    bytes[pixel * 4 + 3] = c === 4 ? data[from + 3 * nextChannel]! * 255 : 255;
  }
  const { ImageData } = globalThis as { ImageData?: new (data: PixelBytes, width: number, height: number) => Pixels };
  const made: Pixels = ImageData ? new ImageData(bytes, width, height) : { width, height, data: bytes };
  return made as ImageDataOrPixels;
}

function byteArray(length: number): PixelBytes {
  try {
    return new Uint8ClampedArray(length);
  } catch (cause) {
    throw new ConveneError("ERR_OUT_OF_MEMORY", `no memory for ${length} bytes on the host`, { cause });
  }
}
