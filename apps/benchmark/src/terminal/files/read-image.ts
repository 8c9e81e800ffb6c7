/** A picture as a network's input: decoded and resized by sharp, then scaled as the network was trained. */

import { messageOf } from "@convene/conformance";
import type { Tensor } from "@convene/core";
import type { default as Decoder, Sharp } from "sharp";

/** The ways to fit a picture to the size of the input. */
export const FITS = ["crop", "stretch", "pad"] as const;
export type Fit = (typeof FITS)[number];

export interface ImageOptions {
  /** The channels of the input: 1 (grey), 3 (colour) or 4 (colour and alpha). */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /**
   * `"crop"`: the middle of the picture, after scaling it to 8/7 of the input's size, as in torchvision's transforms for ImageNet.
   * `"stretch"`: the whole picture, with changed proportions. `"pad"`: the whole picture, with black at two sides.
   */
  readonly fit: Fit;
  /** Whether red or blue is the first channel. */
  readonly order: "rgb" | "bgr";
  /** The mean, which is subtracted from values in [0, 1]: one number for each channel, or one for all. */
  readonly mean: readonly number[];
  /** The deviation, by which the difference is divided. */
  readonly deviation: readonly number[];
}

/** The mean and the deviation of ImageNet's pictures: torchvision's `Normalize`. */
export const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** The margin of a crop: torchvision resizes to 256 and cuts out 224. */
const MARGIN = 8 / 7;

/**
 * Decodes PNG, JPEG, WebP, GIF, TIFF or AVIF, upright as its EXIF data say, and gives `[1, channels, height, width]`.
 *
 * @throws Error with a sentence about the fault of the file
 */
export async function readImage(bytes: Uint8Array, options: ImageOptions): Promise<Tensor> {
  const sharp = await loadSharp();
  const format = await sharp(bytes)
    .metadata()
    .then(({ format: found }) => found.toUpperCase())
    .catch((cause: unknown) => {
      throw new Error("is no picture; PNG, JPEG, WebP, GIF, TIFF and AVIF are read", { cause });
    });
  try {
    return await decode(sharp, bytes, options);
  } catch (cause) {
    throw new Error(`is a damaged ${format} (${messageOf(cause).replace(/ vips2png:.*/, "")})`, { cause });
  }
}

async function decode(sharp: typeof Decoder, bytes: Uint8Array, options: ImageOptions): Promise<Tensor> {
  const { channels, height, width } = options;
  const upright = sharp(bytes, { failOn: "error" }).autoOrient().toColourspace("srgb");
  const sized = await resized(upright, options);
  const coloured =
    channels === 1 ? sized.greyscale().removeAlpha() : channels === 4 ? sized.ensureAlpha() : sized.removeAlpha();
  const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height) throw new Error(`became ${info.width} x ${info.height}`);
  return toTensor(data, info.channels, options);
}

/** Loads sharp. It is large and differs between systems, so the command works without it. */
async function loadSharp(): Promise<typeof Decoder> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new Error("pictures are read by the package sharp, which is not installed: npm install sharp", { cause });
  }
}

async function resized(image: Sharp, { fit, height, width }: ImageOptions): Promise<Sharp> {
  const kernel = "linear";
  if (fit === "stretch") return image.resize(width, height, { fit: "fill", kernel });
  if (fit === "pad") {
    return image.resize(width, height, { fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 1 }, kernel });
  }
  const large = await image
    .resize(Math.round(width * MARGIN), Math.round(height * MARGIN), { fit: "cover", kernel })
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true });
  const sharp = await loadSharp();
  const { width: w, height: h } = large.info;
  return sharp(large.data).extract({
    left: Math.floor((w - width) / 2),
    top: Math.floor((h - height) / 2),
    width,
    height,
  });
}

/** A tensor from bytes of pixels, whose channels lie side by side. A pixel has `stride` bytes. */
export function toTensor(
  bytes: Uint8Array,
  stride: number,
  { channels, height, width, order, mean, deviation }: Omit<ImageOptions, "fit">,
): Tensor {
  const pixels = height * width;
  const data = new Float32Array(channels * pixels);
  for (let channel = 0; channel < channels; channel++) {
    const from = order === "bgr" && channel < 3 && channels >= 3 ? 2 - channel : channel;
    const [m, d] = [mean, deviation].map((list) => list[Math.min(channel, list.length - 1)]!) as [number, number];
    for (let pixel = 0; pixel < pixels; pixel++) {
      data[channel * pixels + pixel] = (bytes[pixel * stride + Math.min(from, stride - 1)]! / 255 - m) / d;
    }
  }
  return { shape: [1, channels, height, width], layout: "nchw", data };
}
