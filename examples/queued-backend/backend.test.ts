import { conv2dProblem, tensor } from "@convene/core";
import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory from "./backend.js";

it("passes the suite, but for operations beside convolution, which it does not have", async () => {
  const { counts, results } = await runConformance(factory, { selection: "quick", randomProblems: 20 });
  const failed = results.filter(({ status }) => status === "failed" || status === "untrusted");
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  const skipped = results.filter(({ status }) => status === "skipped");
  for (const { message } of skipped) expect(message).toMatch(/^features\.operations does not have [a-zA-Z0-9]+$/);
  expect(counts.passed).toBeGreaterThan(900);
});

it("tells of a run that failed at every later read and sync, and can still be disposed", async () => {
  const backend = await factory();
  const problem = conv2dProblem({ ic: 1, ih: 2, oc: 1, kh: 1 });
  const plan = await backend.prepareConv2d(problem, { weight: new Float32Array(1), bias: new Float32Array(1) });
  // A device that is lost: the memory of the input is gone when the run comes to it.
  const data = new Float32Array(4);
  const [input, output] = [backend.upload(tensor(data, [1, 1, 2, 2])), backend.allocate([1, 1, 2, 2])];
  const { set } = Float32Array.prototype;
  Float32Array.prototype.set = () => {
    throw new Error("the device is lost");
  };
  try {
    await expect(backend.sync()).rejects.toThrow("the device is lost");
  } finally {
    Float32Array.prototype.set = set;
  }
  expect(() => plan.run(input, output)).toThrow("the device is lost");
  await expect(backend.read(output)).rejects.toThrow("the device is lost");
  await backend.dispose();
});
