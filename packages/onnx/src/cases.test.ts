/** Every operator in the forms that exporters give it, against what onnxruntime answers (test-files/onnxruntime.json). */

import { readFileSync } from "node:fs";
import type { Shape4 } from "@convene/core";
import { expect, test } from "vitest";
import { readOnnx } from "./index.js";
import { CASES, numbers } from "./testing/cases.js";
import { onnxModel } from "./testing/onnx-writer.js";
import { type Answer, channelsFirst, runNetwork, type Value4 } from "./testing/run-network.js";

type Golden = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: readonly number[] }>>;
const GOLDENS = JSON.parse(
  readFileSync(new URL("../test-files/onnxruntime.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Golden>>;

/** The file's values as a tensor of core. */
function valueOf(dims: readonly number[], layout: "nchw" | "nhwc", data: readonly number[]): Value4 {
  const [n = 1, a = 1, b = 1, c = 1] = dims;
  if (layout === "nchw") return { shape: [n, a, b, c], data: Float64Array.from(data) };
  const shape: Shape4 = dims.length === 3 ? [n, b, a, 1] : [n, c, a, b];
  return { shape, data: channelsFirst(shape, data) };
}

test("the goldens have an answer of onnxruntime for each case, and no others", () => {
  expect(Object.keys(GOLDENS)).toEqual(CASES.map(({ name }) => name));
});

test.each(CASES)("$name", ({ name, model, inputs }) => {
  const network = readOnnx(onnxModel(model));
  const values = Object.fromEntries(
    Object.entries(inputs).map(([input, dims], index) => {
      const count = dims.reduce((all, size) => all * size, 1);
      return [input, valueOf(dims, network.inputDetails[input]!.layout, numbers(count, 1000 + index))];
    }),
  );
  const shapes = Object.fromEntries(Object.entries(values).map(([input, { shape }]) => [input, shape]));
  const answers = runNetwork(network.at(shapes), values);
  expect(Object.keys(answers)).toEqual(Object.keys(GOLDENS[name]!));
  for (const [output, { dims, data }] of Object.entries(GOLDENS[name]!)) {
    const answer: Answer = answers[output]!;
    expect(answer.dims).toEqual(dims);
    // onnxruntime computes in float32; these networks are small.
    for (const [index, expected] of data.entries()) {
      expect(
        Math.abs(answer.data[index]! - expected),
        `element ${index}: ${answer.data[index]} for ${expected}`,
      ).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    }
  }
});
