/** Networks of several inputs and outputs, and of operations beside convolutions, from their names to their answers. */

import { describe, expect, it, vi } from "vitest";
import { Conv2d } from "./conv2d.js";
import { linear } from "./linear.js";
import { graph, type GraphOptions, network } from "./network.js";
import {
  activation,
  add,
  avgPool2d,
  channelShuffle,
  concat,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  multiply,
  pad,
  pixelShuffle,
  prelu,
  reshape,
  slice,
  softmax,
  upsample,
} from "./operations/layers.js";
import type { NetworkSource } from "./network-source.js";
import { prepare } from "./prepare.js";
import { randomUniform, tensor } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { scale } from "./testing/networks.js";
import { plainBackend } from "./testing/plain-backend.js";

const image = (...values: number[]) => tensor(values, [1, 1, 1, values.length]);

describe("a chain with operations", () => {
  it("runs each layer on the result of the layer before", async () => {
    const { backend } = plainBackend();
    const net = network(scale(2), maxPool2d({ kernelSize: [1, 2] }), activation({ clamp: [0, 5] }), globalAvgPool2d());
    const model = await prepare(backend, net, [1, 1, 1, 4]);
    expect(model.layers.map(({ name, algorithm, arithmetic }) => [name, algorithm, arithmetic])).toEqual([
      ["0", "plain", "direct"],
      ["1", "plain", "direct"],
      ["2", "plain", "direct"],
      ["3", "plain", "direct"],
    ]);
    // 2 4 -6 6; 4 6; 4 5; 4.5
    expect(await model.run(image(1, 2, -3, 3))).toEqual({
      shape: [1, 1, 1, 1],
      layout: "nchw",
      data: Float32Array.of(4.5),
    });
  });

  it("makes a convolution's activation a separate layer, unless the activation is a clamp", async () => {
    const layer = (after: "relu" | "hardSwish") =>
      new Conv2d(
        { inChannels: 1, outChannels: 1, kernelSize: 1, activation: after, bias: false },
        { weight: Float32Array.of(1) },
      );
    const net = network(
      { conv: layer("hardSwish"), name: "a", residual: "input" },
      { conv: layer("relu"), input: "a" },
      {
        conv: layer("relu"),
        input: 0,
        residual: 1,
      },
    );
    expect(net.layers).toMatchObject([
      { kind: "conv2d", name: "a", input: -1, residual: -1 },
      { kind: "operation", name: "a.activation", inputs: [0] },
      { kind: "conv2d", name: "1", input: 1 },
      { kind: "conv2d", name: "2", input: 1, residual: 2 },
    ]);
    const { backend } = plainBackend();
    const model = await prepare(backend, net, [1, 1, 1, 2]);
    // 2 · 3 = 6, of which hard-swish gives 6; -2 · 1/6
    expect([...(await model.run(image(3, -1))).data]).toEqual([12, 0]);
  });

  it("takes an operation alone, and tensors without a batch axis", async () => {
    const { backend } = plainBackend();
    const model = await prepare(backend, globalMaxPool2d(), [2, 1, 2]);
    expect(await model.run(tensor([1, 2, -4, -3], [2, 1, 2]))).toEqual(tensor([2, -3], [2, 1, 1]));
  });

  it("costs bytes even if nothing is multiplied", () => {
    const net = network(prelu(Float32Array.of(1, 2, 3)), concat());
    expect(net.cost([1, 3, 2, 2])).toMatchObject({
      macs: 0,
      parameters: 3,
      bytesRead: 4 * (12 + 3 + 12),
      bytesWritten: 96,
    });
  });
});

describe("graph", () => {
  const options: GraphOptions = {
    inputs: ["left", "right"],
    layers: [
      { conv: scale(2), name: "double", input: "left" },
      { op: add(), name: "sum", inputs: ["double", "right"] },
      { op: multiply({ activation: "relu" }), name: "product", inputs: ["sum", "left"] },
    ],
    outputs: { product: "product", sum: { value: 1, layout: "nhwc" }, same: "right" },
  };

  it("takes inputs by name and gives outputs by name, each in the layout that the graph says", async () => {
    const { backend } = plainBackend();
    const model = await prepare(backend, graph(options), { left: [1, 1, 1, 2], right: [1, 1, 1, 2] });
    expect(model.inputShapes).toEqual({ left: [1, 1, 1, 2], right: [1, 1, 1, 2] });
    expect(model.outputShapes).toEqual({ product: [1, 1, 1, 2], sum: [1, 1, 1, 2], same: [1, 1, 1, 2] });
    const [left, right] = [image(1, 2), image(10, -20)];
    expect(await model.run({ left, right })).toEqual({
      product: { shape: [1, 1, 1, 2], layout: "nchw", data: Float32Array.of(12, 0), dims: [1, 1, 1, 2] },
      sum: { shape: [1, 1, 1, 2], layout: "nhwc", data: Float32Array.of(12, -16), dims: [1, 1, 2, 1] },
      same: { shape: [1, 1, 1, 2], layout: "nchw", data: Float32Array.of(10, -20), dims: [1, 1, 1, 2] },
    });
    model.dispose();
    await expectRejection(model.run({ left, right }), "ERR_DISPOSED", "this model has been disposed");
  });

  it("keeps overlapping calls apart, also while it is profiled", async () => {
    const { backend } = plainBackend();
    for (const profile of [false, true]) {
      const model = await prepare(backend, graph(options), { left: [1, 1, 1, 1], right: [1, 1, 1, 1] }, { profile });
      const answers = await Promise.all([1, 2, 3].map((x) => model.run({ left: image(x), right: image(-x) })));
      expect(answers.map(({ product }) => product!.data[0])).toEqual([1, 4, 9]);
      expect(model.layers.every(({ milliseconds }) => (milliseconds === undefined) !== profile)).toBe(true);
      model.dispose();
    }
  });

  it("keeps a value until its last reader, and outputs to the end", async () => {
    const { backend } = plainBackend();
    const allocate = vi.spyOn(backend, "allocateShared");
    await prepare(backend, graph(options), { left: [1, 1, 1, 2], right: [1, 1, 1, 2] });
    expect(allocate.mock.calls[0]![0].map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [0, 4],
      [1, 2],
      [2, 4],
      [3, 4],
    ]);
  });

  it("frees the prepared layers if a later layer fails", async () => {
    const { backend, live } = plainBackend({ fail: (call) => { if (call === "prepareOperation") throw new Error("no"); } }); // prettier-ignore
    const shapes = { left: [1, 1, 1, 2], right: [1, 1, 1, 2] } as const;
    await expectRejection(prepare(backend, graph(options), shapes), "ERR_EXECUTION", "plain: no");
    expect(live()).toEqual({ bytes: 0, plans: 0 });
  });

  const layers = [{ conv: scale(1), name: "a" }];
  it.each<[string, object, string]>([
    ["no outputs", { layers, outputs: {} }, "a graph needs at least one output"],
    ["outputs that are null", { layers, outputs: null }, "a graph needs at least one output"],
    ["no inputs", { inputs: [], layers, outputs: { a: "a" } }, "a graph needs at least one input"],
    ["no layers", { layers: [], outputs: { a: "a" } }, "a network needs at least one layer"],
    ["two inputs of one name", { inputs: ["x", "x"], layers, outputs: { a: "a" } }, 'the input\'s name "x" is taken'],
    ["a layer called as an input", { inputs: ["a"], layers, outputs: { a: "a" } }, 'layer 0: the name "a" is taken'],
    ["an input without a name", { inputs: [""], layers, outputs: { a: "a" } }, 'inputs[0] ("") must be a string'],
    ["an output of nothing", { layers, outputs: { y: "b" } }, 'output "y": value ("b") must be "input", or the name'],
    ["another layout", { layers, outputs: { y: { value: 0, layout: "chwn" } } }, 'layout ("chwn") must be'],
    [
      "dimensions that are none",
      { layers, outputs: { y: { value: 0, dims: [-1] } } },
      "dims[0] (-1) must be an integer",
    ],
    ["a key too many", { layers, outputs: { y: { value: 0, shape: [1] } } }, 'output y has no key "shape"'],
    ["an operation as a convolution", { layers: [{ conv: softmax() }], outputs: { y: 0 } }, "layer 0: conv ("],
    [
      "a convolution as an operation",
      { layers: [{ op: scale(1) }], outputs: { y: 0 } },
      "layer 0: op (a Conv2d) must be an operation",
    ],
    ["both", { layers: [{ op: softmax(), conv: scale(1) }], outputs: { y: 0 } }, "layer 0: has conv and op"],
    [
      "a residual of an operation",
      { layers: [{ op: softmax(), residual: "input" }], outputs: { y: 0 } },
      "layer 0: residual is for convolutions",
    ],
    [
      "inputs of a convolution",
      { layers: [{ conv: scale(1), inputs: ["input"] }], outputs: { y: 0 } },
      "layer 0: inputs is for operations",
    ],
    [
      "input and inputs",
      { layers: [{ op: add(), input: "input", inputs: ["input"] }], outputs: { y: 0 } },
      "layer 0: input and inputs exclude",
    ],
    ["an input too few", { layers: [{ op: add() }], outputs: { y: 0 } }, "layer 0: add has 1 inputs; expected 2"],
    [
      "nothing to concatenate",
      { layers: [{ op: concat(), inputs: [] }], outputs: { y: 0 } },
      "layer 0: concat has 0 inputs; expected one or more",
    ],
  ])("refuses %s", (_, given, words) => {
    expectError(() => graph(given as GraphOptions), "ERR_INVALID_OPTION", words);
  });
});

describe("prepare refuses", () => {
  const two = graph({
    inputs: ["x", "y"],
    layers: [{ op: add(), name: "sum", inputs: ["x", "y"] }],
    outputs: { sum: { value: "sum", dims: [7] } },
  });

  it("a shape without a name, if there are several inputs", async () => {
    const words = "this network has 2 inputs: give their shapes by name, { x: [n, c, h, w], y: [n, c, h, w] }";
    await expectRejection(prepare(plainBackend().backend, two, [1, 1, 1, 1]), "ERR_SHAPE", words);
  });

  it("a shape without a name, if there are several outputs", async () => {
    const net = graph({ inputs: ["photo"], layers: [scale(1), scale(2)], outputs: { a: 0, b: 1 } });
    const words = "which have names: give the input's shape by name too, { photo: [1,1,1,1] }";
    await expectRejection(prepare(plainBackend().backend, net, [1, 1, 1, 1]), "ERR_INVALID_OPTION", words);
  });

  it("a missing shape, and a shape for an unknown input", async () => {
    const { backend } = plainBackend();
    await expectRejection(
      prepare(backend, two, { x: [1, 1, 1, 1] }),
      "ERR_SHAPE",
      'the shape of the input "y" is missing',
    );
    await expectRejection(
      prepare(backend, two, { z: [1, 1, 1, 1] }),
      "ERR_INVALID_OPTION",
      'input shapes has no key "z"',
    );
  });

  it("dims with another number of elements, and frees all memory", async () => {
    const { backend, live } = plainBackend();
    const words = 'output "sum": dims ([7]) must have the elements of [1, 1, 1, 2]';
    await expectRejection(prepare(backend, two, { x: [1, 1, 1, 2], y: [1, 1, 1, 2] }), "ERR_SHAPE", words);
    expect(live()).toEqual({ bytes: 0, plans: 0 });
  });

  it("all layers whose operation the backend lacks, before any work", async () => {
    const { backend, calls } = plainBackend({ operations: ["add"] });
    const net = network(
      { conv: scale(1), name: "stem" },
      { op: softmax(), name: "attention" },
      { op: add(), inputs: [0, 1] },
      { op: maxPool2d({ kernelSize: 1 }), name: "pool" },
    );
    const words =
      "plain does not have the operations of these layers: attention (softmax), pool (maxPool2d); it has convolution, add";
    await expectRejection(prepare(backend, net, [1, 1, 2, 2]), "ERR_UNSUPPORTED", words);
    expect(calls).toEqual([]);
  });

  it("an input of another shape, a missing one and an unknown one when it runs", async () => {
    const net = graph({ inputs: ["x"], layers: [scale(1)], outputs: { y: 0 } });
    const model = await prepare(plainBackend().backend, net, { x: [1, 1, 1, 2] });
    await expectRejection(
      model.run({ x: image(1) }),
      "ERR_SHAPE",
      'input "x" has shape [1, 1, 1, 1]; this model was prepared for [1, 1, 1, 2]',
    );
    await expectRejection(model.run({}), "ERR_INVALID_OPTION", 'the input "x" is missing; the inputs are "x"');
    await expectRejection(
      model.run(image(1) as never),
      "ERR_INVALID_OPTION",
      'the inputs of this model have names, so a tensor alone is not enough: run({ "x": tensor })',
    );
    await expectRejection(model.run({ z: image(1) }), "ERR_INVALID_OPTION", 'inputs has no key "z"');
  });
});

describe("a source of networks", () => {
  it("is asked for a network for the given input shapes", async () => {
    const at = vi.fn<NetworkSource["at"]>(({ x }) =>
      graph({ inputs: ["x"], layers: [reshape([1, x![1]! * x![3]!, 1, 1])], outputs: { y: 0 } }),
    );
    const model = await prepare(plainBackend().backend, { inputs: ["x"], at } as never, { x: [1, 2, 1, 3] });
    const { y } = await model.run({ x: tensor([1, 2, 3, 4, 5, 6], [1, 2, 1, 3]) });
    expect([y!.shape, [...y!.data]]).toEqual([
      [1, 6, 1, 1],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it("is not an array, though arrays have a method `at` too", async () => {
    const words = "layers ([a Conv2d]) must be a Conv2d or a network(...)";
    await expectRejection(
      prepare(plainBackend().backend, [scale(1)] as never, [1, 1, 1, 1]),
      "ERR_INVALID_OPTION",
      words,
    );
  });
});

describe("layers", () => {
  it.each([
    [
      "avgPool2d",
      avgPool2d({ kernelSize: 3, stride: 2, padding: "same", ceilMode: true, countIncludePad: false }),
      [1, 2, 3, 4],
      [1, 2, 2, 2],
    ],
    ["maxPool2d's stride is its kernel's size", maxPool2d({ kernelSize: [2, 3] }), [1, 2, 4, 6], [1, 2, 2, 2]],
    ["channelShuffle", channelShuffle(2), [1, 4, 1, 1], [1, 4, 1, 1]],
    [
      "slice from the end",
      slice({ channels: [-2, -1], rows: [1, 3], columns: [0, 5], step: [1, 2] }),
      [1, 4, 3, 5],
      [1, 1, 2, 3],
    ],
    ["pad", pad({ channels: [1, 0], top: 1, right: 2, value: -1 }), [1, 2, 3, 4], [1, 3, 4, 6]],
    ["upsample to a size", upsample({ size: [5, 6], mode: "bilinear" }), [1, 2, 3, 4], [1, 2, 5, 6]],
    ["upsample by a scale", upsample({ scale: 2.5 }), [1, 2, 3, 4], [1, 2, 7, 10]],
    ["pixelShuffle", pixelShuffle([1, 2], { order: "dcr" }), [1, 4, 3, 4], [1, 2, 3, 8]],
    ["reshape with a rest", reshape([1, -1, 1, 2]), [1, 2, 3, 4], [1, 12, 1, 2]],
    ["linear", linear({ inFeatures: 4, outFeatures: 3 }), [2, 4, 1, 1], [2, 3, 1, 1]],
  ] as const)("%s", (_, layer, input, output) => expect(network(layer).outputShape(input)).toEqual(output));

  it("linear has PyTorch's weights, [out, in]", async () => {
    const weight = Float32Array.of(1, 2, 3, 4, 5, 6);
    const layer = linear({ inFeatures: 3, outFeatures: 2, bias: false }, { weight });
    const model = await prepare(plainBackend().backend, layer, [1, 3, 1, 1]);
    expect([...(await model.run(tensor([1, 10, 100], [1, 3, 1, 1]))).data]).toEqual([321, 654]);
  });

  it.each<[string, () => unknown, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    ["an activation that is none", () => activation(undefined as never), "ERR_INVALID_OPTION", "activation is missing"],
    ["a slope that is a number", () => prelu(0.1 as never), "ERR_INVALID_OPTION", "slope (0.1) must be a Float32Array"],
    [
      "slopes of other channels",
      () => network(prelu(new Float32Array(2))).problems([1, 3, 1, 1]),
      "ERR_SHAPE",
      "prelu has a slope for each of 2 channels; the input has 3",
    ],
    [
      "values of different shapes",
      () =>
        graph({ inputs: ["a", "b"], layers: [{ op: add(), inputs: ["a", "b"] }], outputs: { y: 0 } }).problems({
          a: [1, 2, 3, 4],
          b: [1, 2, 3, 1],
        }),
      "ERR_SHAPE",
      "inputs[1] ([1, 2, 3, 1]) must have the shape of inputs[0] ([1, 2, 3, 4]) or be [1, 2, 1, 1]",
    ],
    [
      "images of different sizes",
      () =>
        graph({ inputs: ["a", "b"], layers: [{ op: concat(), inputs: ["a", "b"] }], outputs: { y: 0 } }).problems({
          a: [1, 2, 3, 4],
          b: [1, 2, 3, 3],
        }),
      "ERR_SHAPE",
      "inputs[1] ([1, 2, 3, 3]) must have the batch, height and width of inputs[0]",
    ],
    [
      "a slice of nothing",
      () => network(slice({ rows: [2, 2] })).problems([1, 2, 3, 4]),
      "ERR_SHAPE",
      "rows ([2, 2]) must lie within the input's 3, and not be empty",
    ],
    ["half a range", () => slice({ rows: [2] as never }), "ERR_INVALID_OPTION", "rows ([2]) must be [from, to]"],
    ["upsample without a size", () => upsample({}), "ERR_INVALID_OPTION", "upsample needs either size or scale"],
    [
      "upsample with both",
      () => upsample({ size: 1, scale: 1 }),
      "ERR_INVALID_OPTION",
      "upsample needs either size or scale",
    ],
    ["a scale of 0", () => upsample({ scale: 0 }), "ERR_INVALID_OPTION", "scale (0) must be a positive number"],
    [
      "a scale that is no list",
      () => upsample({ scale: [1] as never }),
      "ERR_INVALID_OPTION",
      "scale ([1]) must be a positive number",
    ],
    [
      "two sizes that are open",
      () => reshape([1, -1, -1, 1]),
      "ERR_SHAPE",
      "shape ([1, -1, -1, 1]) must be [n, c, h, w], one of them -1 at most",
    ],
    [
      "a shape that does not divide",
      () => network(reshape([1, -1, 5, 1])).problems([1, 2, 3, 4]),
      "ERR_SHAPE",
      "shape ([1, -1, 5, 1]) does not divide the 24 elements",
    ],
  ])("refuses %s", (_, call, code, words) => expectError(call, code, words));

  it("keeps one slope for all channels as one slope", () => {
    expect(prelu(Float32Array.of(0.25)).kind).toBe("activation");
  });

  it("gives outputs of the shapes that the model states, for operations of several kinds", async () => {
    // Every kind runs on the plain backend, over tensors of the shapes that it says.
    const { backend } = plainBackend();
    const x = randomUniform([2, 4, 6, 6], { seed: 1 });
    for (const layer of [
      softmax(),
      channelShuffle(2),
      pixelShuffle(2),
      upsample({ scale: 2 }),
      concat(),
      pad({ top: 1 }),
    ]) {
      const model = await prepare(backend, layer, x.shape);
      expect((await model.run(x)).shape).toEqual(model.outputShape);
    }
  });
});
