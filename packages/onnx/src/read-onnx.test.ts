import { cpu } from "@convene/cpu";
import { ConveneError, prepare, randomUniform, type Shape } from "@convene/core";
import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { onnxInfo, readOnnx } from "./index.js";
import { numbers } from "./testing/cases.js";
import { type ModelSpec, onnxModel } from "./testing/onnx-writer.js";

const twoConvs: ModelSpec = {
  nodes: [
    { op: "Conv", name: "first", inputs: ["x", "w"], outputs: ["a"] },
    { op: "Relu", name: "relu", inputs: ["a"], outputs: ["b"] },
    { op: "Conv", name: "second", inputs: ["b", "v"], outputs: ["y"] },
  ],
  inputs: { x: ["batch", 3, "height", "width"] },
  outputs: ["y"],
  initializers: {
    w: { dims: [4, 3, 1, 1], data: numbers(12, 1) },
    v: { dims: [2, 4, 1, 1], data: numbers(8, 2) },
  },
};

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConveneError) return error.message;
    throw error;
  }
  return "no error";
};

describe("readOnnx", () => {
  // Node's readFile gives a Buffer, whose `slice` shares memory: weights that are not aligned have to be copied in another way.
  test("reads the same weights out of a Buffer at any place in memory", () => {
    const bytes = onnxModel(twoConvs);
    const weightsOf = (file: Uint8Array) =>
      readOnnx(file)
        .at({ x: [1, 3, 2, 2] })
        .layers.map((layer) => (layer.kind === "conv2d" ? [...layer.conv.weights.weight] : []));
    const expected = weightsOf(bytes);
    for (let offset = 0; offset < 4; offset++) {
      const file = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(8)]);
      expect(weightsOf(file.subarray(offset, offset + bytes.length))).toEqual(expected);
    }
  });

  test("names its inputs and outputs", () => {
    const network = readOnnx(onnxModel(twoConvs));
    expect(network.inputs).toEqual(["x"]);
    expect(network.inputDetails).toEqual({ x: { dims: ["batch", 3, "height", "width"], layout: "nchw" } });
    expect(network.outputs).toEqual(["y"]);
  });

  test("gives a network that prepare takes, with a clamp fused into the convolution before it", async () => {
    const backend = await cpu({ kernels: "js" });
    const model = await prepare(backend, readOnnx(onnxModel(twoConvs)), { x: [2, 3, 5, 4] });
    expect(model.layers.map(({ name }) => name)).toEqual(["first", "second"]);
    const { y } = await model.run({ x: randomUniform([2, 3, 5, 4], { seed: 1 }) });
    expect(y!.dims).toEqual([2, 2, 5, 4]);
    model.dispose();
    await backend.dispose();
  });

  test("until: the outputs are these values, and later nodes are ignored", () => {
    const spec = {
      ...twoConvs,
      nodes: [...twoConvs.nodes, { op: "LSTM", inputs: ["y"], outputs: ["z"] }],
      outputs: ["z"],
    };
    expect(message(() => readOnnx(onnxModel(spec)))).toContain('until: "y"');
    const network = readOnnx(onnxModel(spec), { until: ["b", "y"] });
    expect(network.outputs).toEqual(["b", "y"]);
    expect(network.at({ x: [1, 3, 4, 4] }).outputs.map(({ dims }) => dims)).toEqual([
      [1, 4, 4, 4],
      [1, 2, 4, 4],
    ]);
    expect(readOnnx(onnxModel(spec), { until: "b" }).at({ x: [1, 3, 4, 4] }).layers).toHaveLength(1);
    expect(message(() => readOnnx(onnxModel(spec), { until: "nothing" }))).toMatch(
      /until \("nothing"\) is no value of the file; it has 4, such as "a"/,
    );
    expect(message(() => readOnnx(onnxModel(spec), { until: [] }))).toMatch(/until must be/);
  });

  test("at refuses shapes that the file does not allow", () => {
    const dims = ["n", 3, "size", "size"];
    const network = readOnnx(onnxModel({ ...twoConvs, inputs: { x: dims } }));
    const at = (shape: Shape): string => message(() => network.at({ x: shape }));
    expect(at([3, 3, 6, 6])).toBe("no error");
    expect(at([3, 4, 6])).toMatch(/c is 3, and must be 3|does not fit|channels/);
    expect(at([1, 4, 6, 6])).toMatch(/\[n, 3, size, size\] \(n, c, h, w\): c is 4, and must be 3/);
    expect(at([1, 3, 6, 5])).toMatch(/w is 5, and must be 6/);
    expect(at([0, 3, 6, 6])).toMatch(/at least 1/);
    expect(message(() => network.at({}))).toMatch(/the shape of the input "x" is missing/);
  });

  test("weights in another file are read through externalData, by the name of that file", () => {
    const bytes = withExternalWeight("w.bin", 8, 48);
    const weights = new Uint8Array(64);
    new Float32Array(weights.buffer, 8, 12).set(numbers(12, 1));
    const asked: string[] = [];
    const give = (location: string): Uint8Array => {
      asked.push(location);
      return weights;
    };
    const [layer] = readOnnx(bytes, { externalData: give }).at({ x: [1, 3, 4, 4] }).layers;
    expect(asked).toEqual(["w.bin"]);
    expect(layer!.kind === "conv2d" && [...layer!.conv.weights.weight]).toEqual([...Float32Array.from(numbers(12, 1))]);

    const at = (file: Uint8Array, externalData?: (location: string) => Uint8Array): string =>
      message(() => readOnnx(file, externalData ? { externalData } : {}).at({ x: [1, 3, 4, 4] }));
    expect(message(() => readOnnx(bytes))).toMatch(
      /^the constant "w" lies in another file, "w.bin"; pass readOnnx\(bytes, \{ externalData/,
    );
    const missing = (): Uint8Array => {
      throw new RangeError("w.bin is not there");
    };
    expect(() => readOnnx(bytes, { externalData: missing })).toThrow(new RangeError("w.bin is not there"));
    expect(at(withExternalWeight("w.bin", 2 ** 40, 48), give)).toMatch(/at bytes 1099511627776 to .*, which has 64/);
    expect(at(withExternalWeight("w.bin", 0, 40), give)).toMatch(
      /should have 12 elements by its dims, and has 40 bytes/,
    );
    expect(at(bytes, () => "text" as unknown as Uint8Array)).toMatch(/must give a Uint8Array/);
  });
});

/** twoConvs' first convolution, with its weight in another file. */
function withExternalWeight(location: string, offset: number, length: number): Uint8Array {
  const pbf = new PbfWriter();
  const entry = (key: string, value: string) => (_: number, out: PbfWriter) => {
    out.writeStringField(1, key);
    out.writeStringField(2, value);
  };
  pbf.writeMessage(
    7,
    (_, graph) => {
      graph.writeMessage(
        1,
        (__, node) => {
          for (const input of ["x", "w"]) node.writeStringField(1, input);
          node.writeStringField(2, "y");
          node.writeStringField(4, "Conv");
        },
        0,
      );
      graph.writeMessage(
        5,
        (__, tensor) => {
          for (const size of [4, 3, 1, 1]) tensor.writeVarintField(1, size);
          tensor.writeVarintField(2, 1);
          tensor.writeStringField(8, "w");
          tensor.writeMessage(13, entry("location", location), 0);
          tensor.writeMessage(13, entry("offset", String(offset)), 0);
          tensor.writeMessage(13, entry("length", String(length)), 0);
          tensor.writeVarintField(14, 1);
        },
        0,
      );
      graph.writeMessage(
        11,
        (__, value) => {
          value.writeStringField(1, "x");
          value.writeMessage(2, (___, type) => type.writeMessage(1, writeShape, 0), 0);
        },
        0,
      );
      graph.writeMessage(12, (__, value) => void value.writeStringField(1, "y"), 0);
    },
    0,
  );
  pbf.writeMessage(8, (_, opset) => void opset.writeVarintField(2, 17), 0);
  return pbf.finish().slice();
}

function writeShape(_: number, tensor: PbfWriter): void {
  tensor.writeVarintField(1, 1);
  tensor.writeMessage(
    2,
    (__, shape) => {
      for (const size of [1, 3, 4, 4]) shape.writeMessage(1, (___, dim) => void dim.writeVarintField(1, size), 0);
    },
    0,
  );
}

test("onnxInfo describes the content of a file, also of an unsupported file", () => {
  const nodes = [...twoConvs.nodes, { op: "LSTM", inputs: ["y"], outputs: ["z"] }];
  expect(onnxInfo(onnxModel({ ...twoConvs, nodes, outputs: ["z"] }))).toEqual({
    producer: "convene tests",
    irVersion: 8,
    opsets: { "ai.onnx": 17 },
    inputs: [{ name: "x", dims: ["batch", 3, "height", "width"] }],
    outputs: [{ name: "z", dims: undefined }],
    operators: { Conv: 2, Relu: 1, LSTM: 1 },
    unknown: ["LSTM"],
    parameters: 20,
  });
});

describe("readOnnx refuses", () => {
  test("a folder's name for a function that reads files", () => {
    expect(message(() => readOnnx(onnxModel(twoConvs), { externalData: "weights/" as never }))).toBe(
      "externalData must be a function from a location to bytes",
    );
  });

  test("sizes of an axis that the file's input lacks", () => {
    const spec: ModelSpec = {
      nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }],
      inputs: { x: ["n", 8] },
      outputs: ["y"],
    };
    const network = readOnnx(onnxModel(spec));
    expect(message(() => network.at({ x: [2, 8, 1, 1] }))).toBe("no error");
    expect(message(() => network.at({ x: [2, 8, 1, 3] }))).toBe(
      'the shape [2, 8, 1, 3] of the input "x" must be 1 in w: the file\'s input has 2 dimensions',
    );
  });

  test.each([
    ["nchw", ["n", 3, 48, 192], [1, 48, 192, 3], "; shapes are [n, c, h, w]: [1, 3, 48, 192]"],
    ["nchw with open sizes", ["n", 3, "h", "w"], [1, 48, 192, 3], "; shapes are [n, c, h, w]: [1, 3, 48, 192]"],
    [
      "nchw, of other sizes",
      ["n", 3, 48, 192],
      [1, 3, 48, 200],
      "; to run other sizes, export the network with dynamic",
    ],
  ] as const)("another shape than that of a file in %s, and says what is meant", (_, dims, shape, remedy) => {
    const nodes = [{ op: "Relu", inputs: ["x"], outputs: ["y"] }];
    const network = readOnnx(onnxModel({ nodes, inputs: { x: dims }, outputs: ["y"] }));
    expect(message(() => network.at({ x: shape }))).toContain(remedy);
  });

  test("the file's own shape in NHWC, and says what is meant", () => {
    const nodes = [{ op: "Transpose", inputs: ["x"], outputs: ["y"], attributes: { perm: [0, 3, 1, 2] } }];
    const network = readOnnx(onnxModel({ nodes, inputs: { x: [1, 128, 128, 3] }, outputs: ["y"] }));
    expect(message(() => network.at({ x: [1, 128, 128, 3] }))).toContain("; shapes are [n, c, h, w]: [1, 3, 128, 128]");
  });

  test("sizes that are too small for a node, and does not call the node unsupported", () => {
    const spec: ModelSpec = {
      nodes: [
        { op: "MaxPool", name: "pool", inputs: ["x"], outputs: ["a"], attributes: { kernel_shape: [5, 5] } },
        { op: "Relu", inputs: ["a"], outputs: ["y"] },
      ],
      inputs: { x: [1, 3, "h", "w"] },
      outputs: ["y"],
    };
    const network = readOnnx(onnxModel(spec));
    expect(() => network.at({ x: [1, 3, 5, 5] })).not.toThrow();
    expect(message(() => network.at({ x: [1, 3, 4, 4] }))).toBe(
      'inputs of these sizes do not fit the ONNX file:\n  "pool" (MaxPool): the pooling window\'s height (5) must fit in the padded input (4)',
    );
    expect(() => network.at({ x: [1, 3, 4, 4] })).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }) as Error);
  });

  test("sizes that do not go together between nodes, as an odd size in a U-Net, and calls no node unsupported", () => {
    const spec: ModelSpec = {
      nodes: [
        { op: "MaxPool", inputs: ["x"], outputs: ["a"], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
        { op: "Resize", inputs: ["a", "", "s"], outputs: ["b"] },
        { op: "Add", name: "sum", inputs: ["b", "x"], outputs: ["y"] },
      ],
      inputs: { x: [1, 3, "h", "w"] },
      outputs: ["y"],
      initializers: { s: { dims: [4], data: [1, 1, 2, 2] } },
    };
    const network = readOnnx(onnxModel(spec));
    expect(() => network.at({ x: [1, 3, 6, 8] })).not.toThrow();
    expect(message(() => network.at({ x: [1, 3, 6, 7] }))).toBe(
      'inputs of these sizes do not fit the ONNX file:\n  "sum" (Add): dims [1, 3, 6, 6] and [1, 3, 6, 7] do not go together',
    );
  });

  test("a network of constants", () => {
    const spec: ModelSpec = { ...twoConvs, inputs: {}, nodes: [{ op: "Relu", inputs: ["w"], outputs: ["y"] }] };
    expect(message(() => readOnnx(onnxModel(spec)))).toBe("the ONNX file has no inputs, so its outputs are constants");
  });

  test("an output that does not depend on the inputs", () => {
    const spec: ModelSpec = { ...twoConvs, outputs: ["y", "w"] };
    expect(message(() => readOnnx(onnxModel(spec)).at({ x: [1, 3, 4, 4] }))).toBe(
      'the output "w" of the ONNX file does not depend on its inputs; leave it out: readOnnx(bytes, { until: "y" })',
    );
    expect(readOnnx(onnxModel(spec), { until: ["y"] }).outputs).toEqual(["y"]);
  });
});

describe("what is not supported", () => {
  const x = [1, 4, 6, 6];
  const four = (value: number) => ({ dims: [4], data: [value, value, value, value] });
  const refused = (nodes: ModelSpec["nodes"], initializers: ModelSpec["initializers"] = {}, opset = 17): string =>
    message(() =>
      readOnnx(onnxModel({ opset, nodes, inputs: { x }, outputs: ["y"], initializers })).at({ x: [1, 4, 6, 6] }),
    );

  test("one error lists every node whose operator is supported for constants only, also behind other unsupported nodes", () => {
    const text = refused(
      [
        { op: "Sqrt", name: "root", inputs: ["x"], outputs: ["a"] },
        { op: "LpNormalization", name: "norm", inputs: ["a"], outputs: ["b"] },
        { op: "Shape", name: "sizes", inputs: ["b"], outputs: ["c"] },
        { op: "Exp", name: "power", inputs: ["b"], outputs: ["y"] },
      ],
      { s: four(1) },
    );
    expect(text).toMatch(
      /3 unsupported nodes:\n {2}"root" \(Sqrt\): as a part .*\n {2}"norm" \(L.*\n {2}"power" \(Exp\)/,
    );
  });

  test("nodes behind an unsupported node are checked too, if the node keeps the dims of its input", () => {
    const text = refused(
      [
        { op: "Div", name: "first", inputs: ["x", "x"], outputs: ["a"] },
        { op: "Pow", name: "second", inputs: ["a", "cube"], outputs: ["b"] },
        { op: "Conv", name: "third", inputs: ["b", "w"], outputs: ["y"], attributes: { group: 3 } },
      ],
      { cube: { dims: [], data: [3] }, w: { dims: [1, 4, 1, 1], data: [1, 1, 1, 1] } },
    );
    expect(text).toMatch(/3 unsupported nodes:\n {2}"first".*\n {2}"second".*\n {2}"third"/);
  });

  /** Two heads with a node that is not supported, one of them after a sum, and a third head without. */
  const heads: ModelSpec = {
    nodes: [
      { op: "Relu", inputs: ["x"], outputs: ["a"] },
      { op: "Sigmoid", inputs: ["a"], outputs: ["b"] },
      { op: "Tanh", inputs: ["a"], outputs: ["c"] },
      { op: "Exp", name: "left", inputs: ["b"], outputs: ["d"] },
      { op: "Sinh", name: "right", inputs: ["c"], outputs: ["e"] },
      { op: "Add", inputs: ["d", "e"], outputs: ["f"] },
      { op: "Mul", inputs: ["f", "b"], outputs: ["boxes"] },
      { op: "LeakyRelu", inputs: ["a"], outputs: ["scores"] },
    ],
    inputs: { x: [1, 2, 3, 4] },
    outputs: ["boxes", "scores"],
  };

  test("the error says how to read all that can be read: what the unsupported nodes read, and the other outputs", () => {
    const text = message(() => readOnnx(onnxModel(heads)));
    expect(text.split("\n").at(-1)).toBe(
      'The part before can be read: readOnnx(bytes, { until: ["b", "c", "scores"] })',
    );
    expect(readOnnx(onnxModel(heads), { until: ["b", "c", "scores"] }).at({ x: [1, 2, 3, 4] }).layers).toHaveLength(4);
  });

  test("one error lists unknown operators and what the file's own sizes rule out, so that its remedy can be followed", () => {
    const spec: ModelSpec = {
      nodes: [
        { op: "Relu", inputs: ["x"], outputs: ["a"] },
        { op: "Pow", name: "scale", inputs: ["a", "three"], outputs: ["b"] },
        { op: "Exp", name: "size", inputs: ["b"], outputs: ["y"] },
        { op: "Sinh", name: "other", inputs: ["a"], outputs: ["z"] },
      ],
      inputs: { x: [1, 2, 2, 2] },
      outputs: ["y", "z"],
      initializers: { three: { dims: [], data: [3] } },
    };
    const text = message(() => readOnnx(onnxModel(spec)));
    expect(text).toMatch(/3 unsupported nodes:\n {2}"scale" \(Pow\).*\n {2}"size" \(Exp\).*\n {2}"other" \(Sinh\)/);
    expect(text).toContain('readOnnx(bytes, { until: "a" })');
    // The sizes that the file leaves open may be any, so only operators count.
    const open = message(() => readOnnx(onnxModel({ ...spec, inputs: { x: ["n", 2, 2, 2] } })));
    expect(open).toMatch(/2 unsupported nodes:\n {2}"size".*\n {2}"other"/);
  });

  test("the part that can be read ends before a value whose elements no layout has", () => {
    // [2, 3, 4] transposed to [4, 2, 3]: between the two nothing can be an output.
    const spec: ModelSpec = {
      nodes: [
        { op: "Relu", inputs: ["x"], outputs: ["a"] },
        { op: "Reshape", inputs: ["a", "shape"], outputs: ["b"] },
        { op: "Transpose", inputs: ["b"], outputs: ["c"], attributes: { perm: [2, 0, 3, 1] } },
        { op: "Pow", name: "cube", inputs: ["c", "three"], outputs: ["y"] },
      ],
      inputs: { x: [1, 2, 3, 4] },
      outputs: ["y"],
      initializers: { shape: { dims: [4], data: [2, 3, 2, 2], type: "int64" }, three: { dims: [], data: [3] } },
    };
    const read = (options: object): string => message(() => readOnnx(onnxModel(spec), options).at({ x: [1, 2, 3, 4] }));
    expect(read({})).toContain('The part before can be read: readOnnx(bytes, { until: "b" })');
    expect(read({ until: "c" })).toBe(
      'the output "c" of dims [2, 2, 2, 3] of the ONNX file has its elements transposed in a way that no layout has; cut the network before: readOnnx(bytes, { until: "b" })',
    );
    expect(() => readOnnx(onnxModel(spec), { until: "b" }).at({ x: [1, 2, 3, 4] })).not.toThrow();
  });

  test.each([
    ["com.microsoft", "FusedConv", "it comes from an optimiser of ONNX Runtime"],
    ["", "DynamicQuantizeLinear", "it is a part of a quantised network"],
    ["", "ConvInteger", "it is a part of a quantised network"],
    ["", "QLinearConv", "it is a part of a quantised network"],
  ])("says what a node of the domain %j with the operator %s comes from", (domain, op, words) => {
    expect(refused([{ op, domain, name: "odd", inputs: ["x"], outputs: ["y"] }])).toContain(words);
  });

  test("pixels of values whose channels lie in two orders are not joined as if they lay in one", () => {
    const reshape = (from: string, dims: string, to: string) => ({
      op: "Reshape",
      inputs: [from, dims],
      outputs: [to],
    });
    const nodes = [
      reshape("x", "two", "a"),
      { op: "Transpose", inputs: ["a"], outputs: ["b"], attributes: { perm: [0, 2, 1, 3] } },
      reshape("x", "three", "c"),
      { op: "Concat", name: "join", inputs: ["b", "c"], outputs: ["y"], attributes: { axis: 3 } },
    ];
    const dims = (...data: number[]) => ({ dims: [4], data, type: "int64" }) as const;
    const initializers = { two: dims(1, 2, 2, 36), three: dims(1, 2, 2, 36) };
    expect(refused(nodes, initializers)).toMatch(/"join" \(Concat\): its input .* which are no whole axes of an image/);
  });

  test("training mode is refused: batch normalisation with its statistics as outputs, and an active dropout", () => {
    const statistics = { s: four(1), v: four(2) };
    const outputs = ["y", "mean", "var", "saved_mean", "saved_var"];
    const norm = { op: "BatchNormalization", inputs: ["x", "s", "s", "s", "v"], outputs };
    expect(refused([norm], statistics, 9)).toMatch(/it is in training mode; export .* evaluation mode/);
    const dropout = { op: "Dropout", inputs: ["x", "r", "t"], outputs: ["y"] };
    const on = { dims: [], data: [1], type: "bool" } as const;
    const ratio = { dims: [], data: [0.5] };
    expect(refused([dropout], { r: ratio, t: on })).toMatch(/it is in training mode; export/);
    const masked = [
      { ...dropout, outputs: ["a", "mask"] },
      { op: "Cast", name: "reader", inputs: ["mask"], outputs: ["y"], attributes: { to: 1 } },
    ];
    expect(refused(masked, { r: ratio, t: { ...on, data: [0] } })).toMatch(/"reader" \(Cast\): it reads "mask", which/);
  });

  test("a constant of equal numbers that would make the input larger", () => {
    const more = { dims: [1, 4, 6, 6], data: Array.from({ length: 144 }, () => 3) };
    const pooled = { op: "GlobalAveragePool", inputs: ["x"], outputs: ["a"] };
    const max = { op: "Max", name: "max", inputs: ["a", "c"], outputs: ["y"] };
    expect(refused([pooled, max], { c: more })).toMatch(/"max" \(Max\): of one input and a constant of one number/);
    // One channel, and a number for each of four.
    const narrow = { op: "Conv", inputs: ["x", "w"], outputs: ["a"] };
    const w = { dims: [1, 4, 1, 1], data: numbers(4, 1) };
    const channels = { dims: [4, 1, 1], data: [3, 3, 3, 3] };
    expect(refused([narrow, max], { w, c: channels })).toMatch(/"max" \(Max\): of one input and a constant of one/);
  });

  test.each(["constructor", "__proto__", "toString"])("an operator of the name %s", (op) => {
    expect(refused([{ op, name: "odd", inputs: ["x"], outputs: ["y"] }])).toContain(
      `"odd" (${op}): this operator is not known`,
    );
  });

  test("an error of core about a node names the node", () => {
    const transposed = { op: "ConvTranspose", name: "up", inputs: ["x", "w"], outputs: ["y"] };
    const attributes = { strides: [2, 2], output_padding: [2, 2] };
    const w = { dims: [4, 1, 2, 2], data: numbers(16, 1) };
    expect(refused([{ ...transposed, attributes }], { w })).toMatch(
      /the node "up" of the ONNX file: outputPadding \(2\)/,
    );
    const pad = { op: "Pad", name: "edges", inputs: ["x", "p"], outputs: ["y"], attributes: { mode: "wrap" } };
    const p = { dims: [8], data: [0, 0, 7, 0, 0, 0, 0, 0], type: "int64" } as const;
    expect(refused([pad], { p }, 19)).toMatch(/"edges" \(Pad\): padding \(7\) must be at most 6/);
  });

  test("an output whose elements are in an order that no layout has", () => {
    const turned = { op: "Transpose", inputs: ["x"], outputs: ["y"], attributes: { perm: [0, 1, 3, 2] } };
    expect(refused([turned])).toMatch(
      /the output "y" of dims \[1, 4, 6, 6\] .* transposed in a way that no layout has/,
    );
  });

  // The last window begins in the padding, where a pooling's own padding would not count.
  test("padding by -∞ before a pooling with ceil_mode keeps the size that the file gives", () => {
    const nodes = [
      { op: "Pad", inputs: ["x", "p", "v"], outputs: ["a"] },
      {
        op: "MaxPool",
        inputs: ["a"],
        outputs: ["y"],
        attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      },
    ];
    const p = { dims: [8], data: [0, 0, 0, 0, 0, 0, 1, 1], type: "int64" } as const;
    const model = onnxModel({
      nodes,
      inputs: { x },
      outputs: ["y"],
      initializers: { p, v: { dims: [], data: [-Infinity] } },
    });
    const network = readOnnx(model).at({ x: [1, 4, 6, 6] });
    expect(network.outputs[0]!.dims).toEqual([1, 4, 4, 4]);
    expect(network.problems({ x: [1, 4, 6, 6] }).at(-1)).toMatchObject({ kind: "maxPool2d", oh: 4, ow: 4 });
  });
});
