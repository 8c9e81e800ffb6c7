/** A network from a dropped file, with the details of its input for a photo. */

import type { Network, Shape4 } from "@convene/core";
import { onnxInfo, readOnnx } from "@convene/onnx";
import { fileFor } from "../../engine/workloads/onnx-workload.js";
import type { OnnxBytes } from "../../engine/workloads/workload.js";
import { isBlazeFace } from "./blaze-face.js";
import { type ImageInput, imageInput } from "./network-input.js";

export interface PhotoNetwork {
  readonly network: Network;
  readonly input: ImageInput;
  readonly inputShape: Shape4;
  readonly isBlazeFace: boolean;
  /** A sentence about the content of the file. */
  readonly about: string;
}

/**
 * @param external the files that have its weights, by their names
 * @throws Error with a sentence that says why the network cannot run on a photo
 */
export function readNetwork(bytes: Uint8Array, external: OnnxBytes["external"] = {}): PhotoNetwork {
  const file = readOnnx(bytes, { externalData: (location) => fileFor(location, external) });
  const input = imageInput(file.inputDetails);
  if ("refused" in input) throw new Error(input.refused);
  const inputShape: Shape4 = [1, input.channels, input.height, input.width];
  const network = file.at({ [input.name]: inputShape });
  const dims = Object.fromEntries(network.outputs.map(({ name, dims: each }) => [name, each ?? []]));
  const { parameters, producer } = onnxInfo(bytes);
  const from = producer === "" ? "" : `, written by ${producer}`;
  const size = input.fixed ? "" : " (the file takes any size)";
  return {
    network,
    input,
    inputShape,
    isBlazeFace: isBlazeFace(input, dims),
    about: `${network.layers.length} layers and ${parameters.toLocaleString("en")} parameters${from}; its input is ${input.width} x ${input.height}${size}, ${input.channels === 1 ? "grey" : `${input.channels} channels`}.`,
  };
}
