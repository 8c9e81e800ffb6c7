import { cpu } from "@convene/cpu";
import { type Backend, Conv2d, depthwiseSeparable, network, prepare, randomUniform } from "@convene/core";
import { checkBounded, referenceConv2d } from "@convene/conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differenceOf } from "./difference.js";
import { chainBound } from "./error-bound.js";

let wasm: Backend;
let js: Backend;
beforeAll(async () => {
  [wasm, js] = [await cpu(), await cpu({ kernels: "js" })];
});
afterAll(async () => {
  await wasm.dispose();
  await js.dispose();
});

test("for one layer it is the suite's bound", async () => {
  const layer = new Conv2d({
    inChannels: 3,
    outChannels: 6,
    kernelSize: 3,
    padding: 2,
    paddingMode: "circular",
    groups: 3,
  });
  const input = randomUniform([1, 3, 9, 7], { seed: 3, min: -1 });
  const bound = await chainBound(wasm, [layer], ["direct"], input);
  const problem = layer.problem(input.shape);
  const { output, magnitude } = referenceConv2d(problem, { input: input.data, ...layer.weights });
  // A result with an error slightly below `bound` passes the suite's rule, and a result with an error slightly above it fails.
  const off = (share: number) => output.map((value, at) => value + share * bound[at]!);
  expect(checkBounded(off(0.999), output, magnitude, problem).wrong).toBe(0);
  expect(checkBounded(off(1.001), output, magnitude, problem).wrong).toBe(output.length);
});

test("over two layers, two backends differ by less than the sum of their bounds, and not by 0", async () => {
  const layers = depthwiseSeparable({
    inChannels: 3,
    outChannels: 5,
    kernelSize: 5,
    padding: 2,
    multiplier: 4,
    activation: "relu6",
  });
  const input = randomUniform([1, 3, 24, 24], { seed: 5 });
  const run = async (backend: Backend) => {
    const model = await prepare(backend, network(...layers), input.shape, { accuracy: "strict" });
    return await model.run(input);
  };
  const bound = await chainBound(wasm, layers, ["direct", "direct"], input);
  const found = differenceOf(
    await run(wasm),
    await run(js),
    bound.map((each) => 2 * each),
  );
  expect(found.differing).toBeGreaterThan(0);
  expect(found.ratio).toBeGreaterThan(0);
  expect(found.ratio).toBeLessThan(1);
});

test("the bound of the second layer contains the bound of the first", async () => {
  const first = new Conv2d(
    { inChannels: 1, outChannels: 1, kernelSize: 1, bias: false },
    { weight: Float32Array.of(1) },
  );
  const second = new Conv2d(
    { inChannels: 1, outChannels: 1, kernelSize: 1, bias: false },
    { weight: Float32Array.of(-3) },
  );
  const input = randomUniform([1, 1, 1, 1], { seed: 1, min: 1, max: 1 });
  const one = await chainBound(wasm, [first], ["direct"], input);
  const two = await chainBound(wasm, [first, second], ["direct", "direct"], input);
  expect(two[0]! / one[0]!).toBeCloseTo(6, 4);
});

test("a transformed layer has rule 3's bound, which is wider", async () => {
  const layer = new Conv2d({ inChannels: 8, outChannels: 4, kernelSize: 3, padding: 1 });
  const input = randomUniform([1, 8, 8, 8], { seed: 7 });
  const direct = await chainBound(wasm, [layer], ["direct"], input);
  const transformed = await chainBound(wasm, [layer], ["transformed"], input);
  for (const [at, each] of transformed.entries()) expect(each).toBeGreaterThan(direct[at]!);
});
