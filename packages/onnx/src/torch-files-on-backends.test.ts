/** A block of each family of networks, as PyTorch's exporter writes it, on every backend of the processor's. */

import { type Backend } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { difference, faultsOf, LEAST_FILES, readTorchFile, TORCH_FILES } from "./testing/torch-files.js";

const BACKENDS: readonly (readonly [name: string, make: () => Promise<Backend>])[] = [
  ["cpu", () => cpu()],
  ["cpu:js", () => cpu({ kernels: "js" })],
  ["worker-threads", () => workerThreads({ threads: 2 })],
];

it("there are at least as many files as were written", () => {
  expect(TORCH_FILES.length).toBeGreaterThanOrEqual(LEAST_FILES);
});

describe.each(BACKENDS)("%s", (_name, make) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.dispose());

  describe.each(["strict", "fast"] as const)("%s", (accuracy) => {
    it.each(TORCH_FILES)("%s gives PyTorch's answer", async (name) => {
      expect(await faultsOf(backend, readTorchFile(name), { accuracy })).toEqual([]);
    });
  });
});

describe("difference", () => {
  const wanted = { dims: [1, 4], data: Float32Array.of(0, 1, 2, 10) };
  const of = (...data: number[]): readonly string[] =>
    difference("y", { dims: [1, 4], data: Float32Array.from(data) }, wanted);

  it("accepts differences within 1e-4 of the range", () => {
    expect(of(0.0009, 0.9991, 2, 10)).toEqual([]);
  });

  it.each([
    ["too far", of(0, 1, 2.0011, 10), "y[2] is"],
    ["not a number", of(0, Number.NaN, 2, 10), "y[1] is NaN"],
    [
      "other dimensions",
      difference("y", { dims: [4], data: wanted.data }, wanted),
      "y has dimensions 4; expected 1 x 4",
    ],
  ])("names what is %s", (_what, faults, message) => {
    expect(faults).toEqual([expect.stringContaining(message)]);
  });
});
