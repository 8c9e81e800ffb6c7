/** Tensors without a batch axis: `[c, h, w]` gives `[oc, oh, ow]`, as in PyTorch. */

import { describe, expect, expectTypeOf, it } from "vitest";
import { Conv2d } from "./conv2d.js";
import { conv2d } from "./functional.js";
import type { Model } from "./model.js";
import { network } from "./network.js";
import { prepare } from "./prepare.js";
import type { Shape, Shape3, Shape4 } from "./shape.js";
import { randomUniform, tensor, type Tensor, toLayout, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { BLOCKS } from "./testing/networks.js";
import { plainBackend } from "./testing/plain-backend.js";

const CONV = new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3, padding: 1, stride: 2 });

describe("shapes", () => {
  it("have three sizes if the input's shape has three", () => {
    expect(CONV.outputShape([3, 8, 8])).toEqual([4, 4, 4]);
    expect(network(CONV).outputShape([3, 8, 8])).toEqual([4, 4, 4]);
    expect(CONV.problem([3, 8, 8])).toEqual(CONV.problem([1, 3, 8, 8]));
    expect(CONV.cost([3, 8, 8])).toEqual(CONV.cost([1, 3, 8, 8]));
    expect(network(CONV, CONV).layers).toHaveLength(2);
  });

  it("appear in errors as the caller gave them", () => {
    expectError(() => CONV.problem([4, 8, 8]), "ERR_SHAPE", "input ([4, 8, 8]) has 4 channels");
    expectError(() => CONV.problem([3, 0, 8]), "ERR_SHAPE", "input ([3, 0, 8]): h (0)");
    expectError(() => CONV.problem([8, 8] as never), "ERR_SHAPE", "must be [n, c, h, w] or [c, h, w]");
  });
});

describe("a model for [c, h, w]", () => {
  it.each(["nchw", "nhwc"] as const)("gives the same result as a model for [1, c, h, w], in %s", async (layout) => {
    const { backend } = plainBackend();
    const four = randomUniform([1, 3, 9, 10], { seed: 5, layout });
    const three: Tensor<Shape3> = { ...four, shape: [3, 9, 10] };
    const expected = await (await prepare(backend, BLOCKS, [1, 3, 9, 10])).run(four);
    const model = await prepare(backend, BLOCKS, [3, 9, 10]);
    expect([model.inputShape, model.outputShape]).toEqual([
      [3, 9, 10],
      [4, 5, 5],
    ]);
    expect(await model.run(three)).toEqual({ ...expected, shape: [4, 5, 5] });
    const into = zeros([4, 5, 5], { layout });
    expect(await model.run(three, { into })).toBe(into);
    expect(into).toEqual({ ...expected, shape: [4, 5, 5] });
    const profiled = await prepare(backend, BLOCKS, [3, 9, 10], { profile: true });
    expect(await profiled.run(three)).toEqual({ ...expected, shape: [4, 5, 5] });
  });

  it("refuses [1, c, h, w], and a model for [1, c, h, w] refuses [c, h, w]", async () => {
    const { backend } = plainBackend();
    const [three, four] = [await prepare(backend, CONV, [3, 8, 8]), await prepare(backend, CONV, [1, 3, 8, 8])];
    await expectRejection(
      three.run(zeros([1, 3, 8, 8]) as never),
      "ERR_SHAPE",
      "input has shape [1, 3, 8, 8]; this model was prepared for [3, 8, 8]",
    );
    await expectRejection(
      four.run(zeros([3, 8, 8]) as never),
      "ERR_SHAPE",
      "input has shape [3, 8, 8]; this model was prepared for [1, 3, 8, 8]",
    );
    await expectRejection(
      three.run(zeros([3, 8, 8]), { into: zeros([1, 4, 4, 4]) as never }),
      "ERR_SHAPE",
      "into has shape [1, 4, 4, 4]; expected [4, 4, 4]",
    );
  });
});

it("conv2d gives a result without a batch axis for an input without one", async () => {
  const { backend } = plainBackend();
  const x = randomUniform([2, 4, 5], { seed: 1 });
  const weight = randomUniform([3, 2, 3, 3], { seed: 2 });
  const expected = await conv2d(backend, { ...x, shape: [1, 2, 4, 5] }, weight);
  expect(await conv2d(backend, x, weight)).toEqual({ ...expected, shape: [3, 2, 3] });
});

it("a tensor on a device has four sizes", () => {
  const { backend } = plainBackend();
  expectError(
    () => backend.upload(zeros([3, 8, 8]) as never),
    "ERR_SHAPE",
    "tensor.shape ([3, 8, 8]) must be [n, c, h, w]",
  );
  expectError(() => backend.allocate([3, 8, 8] as never), "ERR_SHAPE", "must be [n, c, h, w]");
});

it("toLayout gives a tensor without a batch axis for a tensor without one", () => {
  expect(toLayout(tensor([1, 2, 3, 4], [2, 1, 2]), "nhwc")).toEqual(
    tensor([1, 3, 2, 4], [2, 1, 2], { layout: "nhwc" }),
  );
});

it("the type of a tensor or model follows from the type of its shape", () => {
  const { backend } = plainBackend();
  const either = [1, 1, 1] as Shape;
  expectTypeOf(zeros([1, 1, 1, 1])).toEqualTypeOf<Tensor>();
  expectTypeOf(zeros([1, 1, 1])).toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(zeros(either)).toEqualTypeOf<Tensor<Shape>>();
  expectTypeOf(tensor([1], [1, 1, 1])).toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(tensor.from([[[1]]])).toEqualTypeOf<Tensor<Shape>>();
  expectTypeOf(tensor.from([1], [1, 1, 1, 1])).toEqualTypeOf<Tensor>();
  expectTypeOf(tensor.from([1], [1, 1, 1])).toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(randomUniform([1, 1, 1])).toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(toLayout(zeros([1, 1, 1]), "nhwc")).toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(CONV.outputShape([3, 8, 8])).toEqualTypeOf<Shape3>();
  expectTypeOf(network(CONV).outputShape([1, 3, 8, 8])).toEqualTypeOf<Shape4>();
  const three = () => prepare(backend, CONV, [3, 8, 8]);
  const four = () => prepare(backend, CONV, [1, 3, 8, 8]);
  const function3 = () => conv2d(backend, zeros([1, 1, 1]), zeros([1, 1, 1, 1]));
  const function4 = () => conv2d(backend, zeros([1, 1, 1, 1]), zeros([1, 1, 1, 1]));
  expectTypeOf(three).returns.resolves.toEqualTypeOf<Model<Shape3>>();
  expectTypeOf(four).returns.resolves.toEqualTypeOf<Model>();
  expectTypeOf(function3).returns.resolves.toEqualTypeOf<Tensor<Shape3>>();
  expectTypeOf(function4).returns.resolves.toEqualTypeOf<Tensor>();
  // A tensor for a device has a batch axis.
  expectTypeOf<Tensor<Shape3>>().not.toExtend<Tensor>();
});
