/**
 * Runs MobileNet V1 or V2 once, with PyTorch's weights, and prints the class with the highest score.
 *
 *     node run.js mobilenet_v2.safetensors
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";
import { readSafetensors } from "@convene/safetensors";
import { mobilenetV1, mobilenetV2 } from "./mobilenet.js";

// If no file is named: a narrow network with random weights, which the tests use too.
const [file = new URL("test-files/mobilenet-v2.safetensors", import.meta.url)] = process.argv.slice(2);
const tensors = readSafetensors(await readFile(file));
// Only V1's stem has this name.
const network = "conv_stem.weight" in tensors ? mobilenetV1(tensors) : mobilenetV2(tensors);

const backend = await cpu();
const model = await prepare(backend, network, [1, 3, 224, 224]);
const { data } = await model.run(randomUniform([1, 3, 224, 224], { seed: 1 })); // in the place of a picture
const best = data.indexOf(data.reduce((most, score) => Math.max(most, score)));
console.log(`${model.layers.length} layers on ${backend.device}: class ${best} of ${data.length}`);
await backend.dispose();
