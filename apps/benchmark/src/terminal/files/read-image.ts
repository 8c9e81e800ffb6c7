/** A picture as a network's input: decoded and resized by sharp, then scaled as the network was trained. */

import type { Tensor } from "@convene/core";
import type { default as Decoder, Sharp } from "sharp";

/** How a picture of another size becomes one of the input's. */
export const FITS = ["crop", "stretch", "pad"] as const;
export type Fit = (typeof FITS)[number];

export interface ImageOptions {
  /** Of the input: 1 (grey), 3 (colour) or 4 (colour and alpha). */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /**
   * `"crop"`: the middle, after the picture was made 8/7 of the input's size, as torchvision's transforms for ImageNet do.
   * `"stretch"`: all of it, whatever its proportions. `"pad"`: all of it, with black at two sides.
   */
  readonly fit: Fit;
  /** Red first, or blue. */
  readonly order: "rgb" | "bgr";
  /** Subtracted from values in [0, 1], one for each channel or for all. */
  readonly mean: readonly number[];
  /** What the difference is divided by. */
  readonly deviation: readonly number[];
}

/** The mean and the deviation of ImageNet's pictures: torchvision's `Normalize`. */
export const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** torchvision resizes to 256 and cuts out 224. */
const MARGIN = 8 / 7;

/**
 * Decodes PNG, JPEG, WebP, GIF, TIFF or AVIF, upright as its EXIF data say, and gives `[1, channels, height, width]`.
 *
 * @throws Error with a sentence on what is wrong with the file
 */
export async function readImage(bytes: Uint8Array, options: ImageOptions): Promise<Tensor> {
  const sharp = await loadSharp();
  const { channels, height, width } = options;
  const upright = sharp(bytes, { failOn: "error" }).autoOrient().toColourspace("srgb");
  const sized = await resized(upright, options);
  const coloured =
    channels === 1 ? sized.greyscale().removeAlpha() : channels === 4 ? sized.ensureAlpha() : sized.removeAlpha();
  const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height) throw new Error(`became ${info.width} x ${info.height}`);
  return toTensor(data, info.channels, options);
}

/** It is large and of one system each, so whoever installs the command need not have it. */
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

/** Bytes of pixels, whose channels lie side by side, as a tensor. A pixel has as many bytes as `stride` says. */
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
