/**
 * Classifies a photo: decodes it, scales it as the network was trained, runs the network, and prints the five best classes.
 *
 *     node classify.js mobilenet_v2.onnx photo.jpg labels.txt
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { prepare, tensor } from "@convene/core";
import { cpu } from "@convene/cpu";
import { readOnnx } from "@convene/onnx";
import sharp from "sharp";

/** The height and the width if the file leaves them open: those of most networks for ImageNet. */
const OPEN = [224, 224];
/** ImageNet's mean and deviation of red, green and blue: torchvision's `Normalize`. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/**
 * A photo as `[1, 3, height, width]`: the middle of it, scaled and normalised as torchvision does for ImageNet.
 *
 * @param {Uint8Array} photo the bytes of a JPEG, PNG, WebP, GIF, TIFF or AVIF
 * @param {number} height
 * @param {number} width
 */
export async function readPhoto(photo, height, width) {
  // torchvision scales to 256 and cuts out the middle 224, so a sixteenth of the picture is cut off at each side.
  const [h, w] = [Math.round((height * 8) / 7), Math.round((width * 8) / 7)];
  const scaled = await sharp(photo).autoOrient().resize(w, h, { fit: "cover" }).toColourspace("srgb").png().toBuffer();
  const { data } = await sharp(scaled)
    .extract({ left: Math.floor((w - width) / 2), top: Math.floor((h - height) / 2), width, height })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) values[at] = (data[at] / 255 - MEAN[at % 3]) / DEVIATION[at % 3];
  // Red, green and blue of a pixel are side by side, which is NHWC. The shape is still [n, c, h, w].
  return tensor(values, [1, 3, height, width], { layout: "nhwc" });
}

/**
 * The softmax of scores. Some files end in Softmax. Their scores are probabilities already: none is negative, and their sum is 1.
 *
 * @param {Float32Array} scores
 */
export function probabilitiesOf(scores) {
  const total = (/** @type {Float32Array} */ values) => values.reduce((sum, value) => sum + value);
  if (scores.every((score) => score >= 0) && Math.abs(total(scores) - 1) < 1e-3) return scores;
  const largest = scores.reduce((most, score) => Math.max(most, score));
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = total(powers);
  return powers.map((power) => power / sum);
}

/**
 * The best classes of a photo, best first.
 *
 * @param {Uint8Array} file the bytes of the ONNX file of a classifier: one picture in, one list of scores out
 * @param {Uint8Array} photo
 * @param {number} [count] how many
 * @returns {Promise<{ class: number, probability: number }[]>}
 */
export async function classify(file, photo, count = 5) {
  const network = readOnnx(file);
  const [input] = network.inputs;
  const { dims, layout } = network.inputDetails[input];
  const sizes = layout === "nchw" ? dims.slice(2) : dims.slice(1, 3);
  // A size that the file leaves open is a name, and not a number.
  const [height, width] = sizes.map((size, axis) => (typeof size === "number" ? size : OPEN[axis]));
  if (sizes.some((size) => typeof size !== "number")) {
    console.error(`the file leaves the size open; ${height} x ${width} is taken`);
  }
  const backend = await cpu();
  try {
    const model = await prepare(backend, network, { [input]: [1, 3, height, width] });
    const outputs = await model.run({ [input]: await readPhoto(photo, height, width) });
    return [...probabilitiesOf(outputs[network.outputs[0]].data)]
      .map((probability, index) => ({ class: index, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count);
  } finally {
    await backend.dispose();
  }
}

async function main() {
  const [file, photo, labelsFile] = process.argv.slice(2);
  if (file === undefined || photo === undefined) {
    console.error("node classify.js <network.onnx> <photo> [labels.txt: a line for each class]");
    process.exitCode = 2;
    return;
  }
  const labels = labelsFile === undefined ? [] : (await readFile(labelsFile, "utf8")).split(/\r?\n/);
  for (const best of await classify(await readFile(file), await readFile(photo))) {
    console.log(`${(100 * best.probability).toFixed(1).padStart(5)} %  ${labels[best.class] ?? `class ${best.class}`}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
