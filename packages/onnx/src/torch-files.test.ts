/** One block of each family of networks as PyTorch exports it, against PyTorch's own answers: tooling/goldens/onnx_blocks.py. */

import { readdirSync, readFileSync } from "node:fs";
import type { Shape4 } from "@convene/core";
import { expect, test } from "vitest";
import { onnxInfo, readOnnx } from "./index.js";
import { runNetwork } from "./testing/run-network.js";

interface Numbers {
  readonly dims: readonly number[];
  /** Float32 values, little-endian, in base64. */
  readonly data: string;
}

interface Golden {
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

const FOLDER = new URL("../test-files/torch/", import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".onnx"))
  .map((file) => file.slice(0, -".onnx".length));

function numbers({ data }: Numbers): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  return Float64Array.from(new Float32Array(bytes.buffer));
}

test("there are files of every family", () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(25);
});

test.each(NAMES)("%s", (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.onnx`, FOLDER)));
  const golden = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Golden;
  expect(onnxInfo(bytes).unknown).toEqual([]);
  const network = readOnnx(bytes);
  const values = Object.fromEntries(
    Object.entries(golden.inputs).map(([input, given]) => [
      input,
      { shape: given.dims as unknown as Shape4, data: numbers(given) },
    ]),
  );
  const shapes = Object.fromEntries(Object.entries(values).map(([input, { shape }]) => [input, shape]));
  const answers = runNetwork(network.at(shapes), values);
  expect(Object.keys(answers)).toEqual(Object.keys(golden.outputs));
  for (const [output, expected] of Object.entries(golden.outputs)) {
    const answer = answers[output]!;
    const wanted = numbers(expected);
    expect(answer.dims).toEqual(expected.dims);
    const range = Math.max(...wanted) - Math.min(...wanted);
    const worst = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - answer.data[index]!)), 0);
    // Both compute in float64; weights that are folded are rounded once more.
    expect(worst / range).toBeLessThan(2e-6);
  }
});

test("a channel shuffle whose halves two nodes read is computed once", () => {
  const bytes = new Uint8Array(readFileSync(new URL("shufflenet-v2.onnx", FOLDER)));
  const golden = JSON.parse(readFileSync(new URL("shufflenet-v2.json", FOLDER), "utf8")) as Golden;
  const shapes = Object.fromEntries(
    Object.entries(golden.inputs).map(([input, { dims }]) => [input, dims as unknown as Shape4]),
  );
  const { layers } = readOnnx(bytes).at(shapes);
  const kinds = layers.map((layer) => (layer.kind === "operation" ? layer.operation.kind : layer.kind));
  const count = (kind: string): number => kinds.filter((each) => each === kind).length;
  expect(count("channelShuffle")).toBe(count("concat"));
});
