/**
 * Two image filters as convolutions with fixed weights: a blur (Gauss), and edges (Sobel).
 *
 *     node filters.js photo.jpg     writes photo-blurred.png and photo-edges.png
 */

import { parse } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { Conv2d, fromImageData, network, prepare, tensor, toImageData } from "@convene/core";
import { cpu } from "@convene/cpu";
import sharp from "sharp";

/** @typedef {import("@convene/core").Tensor} Tensor */
/** @typedef {import("@convene/core").Backend} Backend */

/**
 * A Gaussian blur: one depthwise convolution. Each channel is a group, so red never runs into green.
 *
 * @param {number} sigma in pixels
 */
export function gaussianBlur(sigma) {
  const radius = Math.ceil(3 * sigma);
  const size = 2 * radius + 1;
  const line = Array.from({ length: size }, (_, at) => Math.exp(-((at - radius) ** 2) / (2 * sigma ** 2)));
  const sum = line.reduce((total, each) => total + each, 0);
  // [outChannels, inChannels / groups, kh, kw] = [3, 1, size, size]: the same plane three times.
  const weight = Float32Array.from({ length: 3 * size * size }, (_, index) => {
    const at = index % (size * size);
    return (line[Math.floor(at / size)] * line[at % size]) / sum ** 2;
  });
  return new Conv2d(
    // "replicate" repeats the outermost pixels, so that the border does not become dark.
    {
      inChannels: 3,
      outChannels: 3,
      groups: 3,
      kernelSize: size,
      padding: radius,
      paddingMode: "replicate",
      bias: false,
    },
    { weight },
  );
}

/** Computes the brightness (ITU-R BT.601), and then its change along both axes: two outputs, horizontal and vertical. */
export function sobel() {
  const brightness = new Conv2d(
    { inChannels: 3, outChannels: 1, kernelSize: 1, bias: false },
    { weight: new Float32Array([0.299, 0.587, 0.114]) },
  );
  const change = new Conv2d(
    { inChannels: 1, outChannels: 2, kernelSize: 3, padding: 1, paddingMode: "replicate", bias: false },
    { weight: new Float32Array([-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1]) },
  );
  return network(brightness, change);
}

/** The strength of the edge at each pixel. @param {Tensor} changes of `sobel` @returns {Tensor} of one channel, from 0 to 1 */
export function strength({ shape: [n, , h, w], layout, data }) {
  const pixels = h * w;
  const [step, other] = layout === "nhwc" ? [2, 1] : [1, pixels];
  const values = Float32Array.from({ length: pixels }, (_, pixel) => {
    const [across, down] = [data[pixel * step], data[pixel * step + other]];
    return Math.min(Math.hypot(across, down) / 4, 1);
  });
  return tensor(values, [n, 1, h, w]);
}

/**
 * A picture, blurred, and its edges.
 *
 * @param {Backend} backend
 * @param {Tensor} picture `[1, 3, h, w]`, from 0 to 1
 */
export async function filter(backend, picture) {
  const blur = await prepare(backend, gaussianBlur(3), picture.shape);
  const edges = await prepare(backend, sobel(), picture.shape);
  const results = { blurred: await blur.run(picture), edges: strength(await edges.run(picture)) };
  blur.dispose();
  edges.dispose();
  return results;
}

/** The pixels of a file. @param {string | Buffer} file @returns {Promise<Tensor>} */
export async function readPicture(file) {
  const { data, info } = await sharp(file)
    .autoOrient()
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromImageData({ width: info.width, height: info.height, data });
}

/** Writes a tensor as a PNG. @param {Tensor} picture @param {string} file */
export async function writePicture(picture, file) {
  const { width, height, data } = toImageData(picture);
  await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toFile(file);
}

/** The picture if no file is named: a disc on a gradient. */
async function samplePicture() {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><defs><linearGradient id="g">
    <stop stop-color="#124"/><stop offset="1" stop-color="#8bd"/></linearGradient></defs>
    <rect width="320" height="240" fill="url(#g)"/><circle cx="160" cy="120" r="70" fill="#fb3"/></svg>`;
  const file = "sample.png";
  await sharp(Buffer.from(svg)).png().toFile(file);
  return file;
}

async function main() {
  const file = process.argv[2] ?? (await samplePicture());
  const backend = await cpu();
  const { blurred, edges } = await filter(backend, await readPicture(file));
  await backend.dispose();
  const { name } = parse(file);
  for (const [picture, suffix] of /** @type {const} */ ([
    [blurred, "blurred"],
    [edges, "edges"],
  ])) {
    await writePicture(picture, `${name}-${suffix}.png`);
    console.log(`${name}-${suffix}.png`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
