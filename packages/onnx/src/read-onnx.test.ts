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

  test("goes into prepare, and has a clamp as a part of the convolution before it", async () => {
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

  test("shapes must be those that the file allows", () => {
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

  test("weights of other files are asked for by the file's name for them", () => {
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
    expect(at(bytes)).toMatch(/the constant "w" lies in another file, "w.bin"; pass readOnnx\(bytes, \{ externalData/);
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

test("onnxInfo says what is in a file, also in an unsupported one", () => {
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

  test("an output that does not depend on the inputs", () => {
    const spec: ModelSpec = { ...twoConvs, outputs: ["y", "w"] };
    expect(message(() => readOnnx(onnxModel(spec)).at({ x: [1, 3, 4, 4] }))).toBe(
      'the output "w" of the ONNX file does not depend on its inputs; leave it out: readOnnx(bytes, { until: [the others] })',
    );
    expect(readOnnx(onnxModel(spec), { until: ["y"] }).outputs).toEqual(["y"]);
  });
});
