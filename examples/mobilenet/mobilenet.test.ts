/**
 * Each network against PyTorch's answer: narrow ones with random weights in half precision, as `tooling/goldens/safetensors_files.py`
 * has written them.
 */

import { readFileSync } from "node:fs";
import { prepare, tensor, type Shape4 } from "@convene/core";
import { cpu } from "@convene/cpu";
import { readSafetensors } from "@convene/safetensors";
import { describe, expect, it } from "vitest";
import { mobilenetV1, mobilenetV2 } from "./mobilenet.js";

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`test-files/${name}`, import.meta.url)));
const floats = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);

describe.each([
  // Of depthwise separable blocks: 13 with two layers each; then stem, pooling and classifier.
  ["mobilenet-v1", mobilenetV1, 29, 0],
  // 17 inverted residuals, of which the first has two layers; then stem, last convolution, pooling and classifier. Ten blocks add
  // their input, and here the first one too: at this width it has 8 channels before and behind it.
  ["mobilenet-v2", mobilenetV2, 54, 11],
] as const)("%s", (name, make, layers, residuals) => {
  const network = make(readSafetensors(file(`${name}.safetensors`)));
  const { inputs, outputs } = JSON.parse(new TextDecoder().decode(file(`${name}.json`)));

  it("has each layer and each residual", () => {
    expect(network.layers).toHaveLength(layers);
    const added = network.layers.filter((layer) => layer.kind === "conv2d" && layer.residual !== undefined);
    expect(added).toHaveLength(residuals);
  });

  it.each(["wasm", "js"] as const)("gives PyTorch's answer, %s", async (kernels) => {
    const backend = await cpu({ kernels });
    const { dims, data } = inputs.image as { dims: Shape4; data: string };
    const model = await prepare(backend, network, dims);
    const y = await model.run(tensor(floats(data), dims));
    const expected = floats(outputs.scores.data);
    expect(y.shape).toEqual([...outputs.scores.dims, 1, 1]);
    const range = Math.max(...expected) - Math.min(...expected);
    const worst = Math.max(...expected.map((value, at) => Math.abs(y.data[at]! - value)));
    expect(worst).toBeLessThan(1e-4 * range);
    await backend.dispose();
  });
});

it("names the tensor that a file lacks", () => {
  expect(() => mobilenetV2(readSafetensors(file("mobilenet-v1.safetensors")))).toThrow(
    /there is no tensor "features.0.0.weight"; nearest of the file's 164 names: "/,
  );
});
