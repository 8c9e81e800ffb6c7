/** A network in two files, as PyTorch 2.9 and later write it, against PyTorch's own answer: tooling/goldens/README.md. */

import { readFileSync } from "node:fs";
import type { Shape4 } from "@convene/core";
import { expect, test } from "vitest";
import { onnxInfo, readOnnx } from "./index.js";
import { runNetwork } from "./testing/run-network.js";

const FOLDER = new URL("../test-files/two-files/", import.meta.url);
const bytesOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const numbersOf = (name: string): Float64Array => Float64Array.from(new Float32Array(bytesOf(name).buffer));

test("the two files of PyTorch 2.11 give PyTorch's result", () => {
  const bytes = bytesOf("model.onnx");
  expect(onnxInfo(bytes).unknown).toEqual([]);
  const network = readOnnx(bytes, { externalData: bytesOf });
  const shape: Shape4 = [1, 3, 96, 96];
  const answer = runNetwork(network.at({ x: shape }), { x: { shape, data: numbersOf("x.f32") } })["conv2d_1"]!;
  expect(answer.dims).toEqual([1, 8, 48, 48]);
  const wanted = numbersOf("y.f32");
  expect(wanted).toHaveLength(8 * 48 * 48);
  const range = Math.max(...wanted) - Math.min(...wanted);
  expect(range).toBeGreaterThan(1);
  const worst = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - answer.data[index]!)), 0);
  expect(worst / range).toBeLessThan(2e-6);
});

test("without the second file the error names this file at once", () => {
  expect(() => readOnnx(bytesOf("model.onnx"))).toThrow(
    /^the constant "i.weight" lies in another file, "model.onnx.data"/,
  );
});
