/** Files that are damaged, forged, or of another kind: an answer or a ConveneError for each, soon, and without memory by claims. */

import { readdirSync, readFileSync } from "node:fs";
import { ConveneError } from "@convene/core";
import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { onnxInfo, readOnnx } from "./index.js";
import { type ModelSpec, type NodeSpec, onnxModel, type TensorSpec } from "./testing/onnx-writer.js";

const FOLDER = new URL("../test-files/torch/", import.meta.url);
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.onnx`, FOLDER)));

/** Reads a file as far as it goes: the network too, at sizes that the file has or 8. */
function readWhole(bytes: Uint8Array): void {
  onnxInfo(bytes);
  const network = readOnnx(bytes);
  const shapes = network.inputs.map((name) => {
    const { dims, layout } = network.inputDetails[name]!;
    const [n = 1, ...rest] = dims.map((size) => (typeof size === "number" ? size : 8));
    const [c = 1, h = 1, w = 1] = layout === "nchw" ? rest : [rest.at(-1)!, ...rest.slice(0, -1)];
    return [name, [n, c, h, w]] as const;
  });
  const given = Object.fromEntries(shapes) as Record<string, readonly [number, number, number, number]>;
  network.at(given).problems(given);
}

/** The error of a file that cannot be read; undefined where it can. Anything but a ConveneError fails the test. */
function errorOf(bytes: Uint8Array, read: (bytes: Uint8Array) => void = readWhole): ConveneError | undefined {
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ConveneError) return error;
    throw error;
  }
}

function messageOf(spec: ModelSpec): string {
  return errorOf(onnxModel(spec))?.message ?? "no error";
}

let state = 7;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const weight: TensorSpec = { dims: [2, 3, 1, 1], data: [1, 2, 3, 4, 5, 6] };
const convolution: NodeSpec = { op: "Conv", name: "conv", inputs: ["x", "w"], outputs: ["y"] };
const small: ModelSpec = {
  nodes: [convolution],
  inputs: { x: [1, 3, 4, 4] },
  outputs: ["y"],
  initializers: { w: weight },
};
const relu = (from: string, to: string): NodeSpec => ({
  op: "Relu",
  name: `relu of ${from}`,
  inputs: [from],
  outputs: [to],
});

test("the small network of these tests is valid", () => {
  expect(messageOf(small)).toBe("no error");
});

describe("damaged files", () => {
  test("truncated at every byte of the first 4 kB, and at a hundred others", () => {
    const bytes = file("espcn");
    const lengths = [...Array(4096).keys(), ...Array.from({ length: 100 }, () => 4096 + random(bytes.length - 4096))];
    for (const length of lengths) {
      const error = errorOf(bytes.subarray(0, length), (part) => void readOnnx(part));
      expect(error?.code, `at ${length}`).toMatch(/ERR_INVALID_OPTION|ERR_UNSUPPORTED/);
    }
  });

  test("500 mutated files", () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith(".onnx"));
    const files = names.map((name) => file(name.slice(0, -".onnx".length))).filter(({ length }) => length < 40_000);
    let errors = 0;
    for (let count = 0; count < 500; count++) {
      const bytes = files[count % files.length]!.slice();
      for (let change = 0; change <= random(8); change++) bytes[random(bytes.length)] = random(256);
      if (errorOf(bytes)) errors++;
    }
    // Most bytes are weights, which may be anything.
    expect(errors).toBeGreaterThan(20);
  });

  test("500 files in which only parts other than weights are mutated", () => {
    const bytes = onnxModel({ ...small, nodes: [convolution, relu("y", "z")], outputs: ["z"] });
    let errors = 0;
    for (let count = 0; count < 500; count++) {
      const mutated = bytes.slice();
      for (let change = 0; change <= random(4); change++) mutated[random(mutated.length)] = random(256);
      if (errorOf(mutated)) errors++;
    }
    expect(errors).toBeGreaterThan(250);
  });

  test("random bytes", () => {
    for (let count = 0; count < 500; count++) {
      expect(errorOf(Uint8Array.from({ length: random(200) }, () => random(256)))).toBeInstanceOf(ConveneError);
    }
  });

  test("lengths past the end", () => {
    const claims = (write: (pbf: PbfWriter) => void): string => {
      const pbf = new PbfWriter();
      write(pbf);
      return errorOf(pbf.finish().slice())!.message;
    };
    const huge = (field: number, length: number) => (pbf: PbfWriter) => {
      pbf.writeVarintField(1, 8);
      pbf.writeTag(field, 2);
      pbf.writeVarint(length);
    };
    for (const length of [1, 100e6, 2 ** 31, 2 ** 40, 2 ** 62]) {
      expect(claims(huge(7, length))).toMatch(/truncated or damaged: the model/);
      expect(claims(huge(2, length))).toMatch(/truncated or damaged: the model/);
    }
  });
});

describe("sizes that a file claims", () => {
  test.each([
    ["negative", [-1, 3, 1, 1]],
    ["2^63 less one", [2 ** 63, 3, 1, 1]],
    ["2^31", [2 ** 31, 3, 1, 1]],
    ["too many altogether", [2 ** 20, 2 ** 20, 2, 2]],
    ["more than there are", [2, 300, 1, 1]],
    ["less than there are", [2, 1, 1, 1]],
  ])("weights: %s", (_, dims) => {
    expect(messageOf({ ...small, initializers: { w: { ...weight, dims } } })).toMatch(/damaged: the constant "w"/);
  });

  test.each([
    ["negative", [1, 3, -4, 4]],
    ["2^63", [1, 3, 2 ** 62, 4]],
    ["none", [1, 3, 0, 4]],
  ])("inputs: %s", (_, dims) => {
    expect(messageOf({ ...small, inputs: { x: dims } })).toMatch(/"x".*(damaged|dims|at least 1)|damaged.*"x"/);
  });

  test.each([
    ["kernel_shape", [2, 2]],
    ["pads", [2 ** 40, 0, 0, 0]],
    ["pads", [-1, 0, 0, 0]],
    ["pads", [0, 0]],
    ["strides", [0, 1]],
    ["dilations", [2 ** 62, 1]],
    ["group", 0],
    ["group", 2 ** 40],
    ["auto_pad", "SAME"],
  ])("Conv: %s %j", (name, value) => {
    expect(messageOf({ ...small, nodes: [{ ...convolution, attributes: { [name]: value } }] })).toMatch(
      /"conv" \(Conv\): /,
    );
  });

  test("a ConstantOfShape, a Range and an Expand that are too large for memory", () => {
    const claims = (op: string, initializers: Record<string, TensorSpec>): string =>
      messageOf({
        nodes: [
          { op, name: "large", inputs: Object.keys(initializers), outputs: ["c"] },
          { op: "Add", name: "sum", inputs: ["x", "c"], outputs: ["y"] },
        ],
        inputs: { x: [1, 3, 4, 4] },
        outputs: ["y"],
        initializers,
      });
    const dims: TensorSpec = { dims: [4], data: [1, 2 ** 30, 2 ** 30, 2 ** 20], type: "int64" };
    expect(claims("ConstantOfShape", { s: dims })).toMatch(/"large" \(ConstantOfShape\): .* up to 4194304 would do/);
    expect(claims("Expand", { v: { dims: [1], data: [1] }, s: dims })).toMatch(/"large" \(Expand\)/);
    const number = (value: number): TensorSpec => ({ dims: [], data: [value], type: "int64" });
    expect(claims("Range", { a: number(0), b: number(2 ** 53), c: number(1) })).toMatch(/"large" \(Range\)/);
    expect(claims("Range", { a: number(0), b: number(2 ** 53), c: number(0) })).toMatch(/"large" \(Range\)/);
  });
});

describe("invalid graphs", () => {
  test.each<[string, ModelSpec, RegExp]>([
    [
      "a cycle",
      { ...small, nodes: [relu("b", "a"), relu("a", "b")], outputs: ["b"] },
      /"relu of [ab]" \(Relu\).* depends on that node itself/,
    ],
    ["a node that reads itself", { ...small, nodes: [relu("a", "a")], outputs: ["a"] }, /depends on that node itself/],
    [
      "a name used twice",
      { ...small, nodes: [convolution, relu("x", "y")] },
      /"y" is defined twice, the second time by "relu of x" \(Relu\)/,
    ],
    ["a name of an input used again", { ...small, nodes: [convolution, relu("y", "x")] }, /"x" is defined twice/],
    [
      "a missing input",
      { ...small, nodes: [relu("nothing", "y")] },
      /"relu of nothing" \(Relu\) reads "nothing", which nothing gives/,
    ],
    ["a missing output", { ...small, outputs: ["z"] }, /the output "z" is no value/],
    ["no outputs", { ...small, outputs: [] }, /no outputs/],
    ["two outputs of one name", { ...small, outputs: ["y", "y"] }, /two outputs of one name/],
    ["an output that is constant", { ...small, outputs: ["w"] }, /"w".* does not depend on its inputs/],
    ["no operator", { ...small, nodes: [{ ...convolution, op: "" }] }, /node 0 \("conv"\) has no operator/],
    ["an operator set that is too old", { ...small, opset: 6 }, /operator set 6; 7 to 22 are supported/],
    ["one that is too new", { ...small, opset: 23 }, /operator set 23; 7 to 22 are supported/],
    [
      "a missing weight",
      { ...small, nodes: [{ ...convolution, inputs: ["x"] }] },
      /"conv" \(Conv\): its weight \(input 1\) is missing/,
    ],
    ["a node without inputs", { ...small, nodes: [{ ...convolution, inputs: [] }] }, /"conv" \(Conv\)/],
    [
      "weights of another size",
      { ...small, initializers: { w: { ...weight, dims: [3, 2, 1, 1] } } },
      /does not fit its input's 3 channels/,
    ],
    [
      "integers as weights",
      { ...small, initializers: { w: { ...weight, type: "int32" } } },
      /its weight has integers; floats would do/,
    ],
    ["an input of no dims", { ...small, inputs: { x: {} } }, /how many dimensions the input "x" has/],
    ["an input of strings", { ...small, inputs: { x: { dims: [1, 3, 4, 4], dataType: 8 } } }, /"x" of data type 8/],
    ["an input of one dimension", { ...small, inputs: { x: [3] } }, /"x" of 1 dimensions/],
  ])("%s", (_, spec, expected) => {
    expect(messageOf(spec)).toMatch(expected);
  });

  test("an unknown data type", () => {
    const bytes = onnxModel(small);
    // Of the initializer: field 2, a varint, before its name.
    const at = bytes.findIndex((byte, index) => byte === 0x10 && bytes[index + 1] === 1 && bytes[index + 2] === 0x42);
    bytes[at + 1] = 99;
    expect(errorOf(bytes)!.message).toMatch(/the constant "w" of data type 99; numbers of float, .* can be read/);
  });

  test("one error lists every unsupported node, with a remedy", () => {
    const unknown = (name: string, from: string, to: string): NodeSpec => ({
      op: "LSTM",
      name,
      inputs: [from],
      outputs: [to],
    });
    const error = errorOf(
      onnxModel({
        ...small,
        nodes: [
          convolution,
          unknown("first", "y", "a"),
          { op: "Acos", domain: "com.example", name: "second", inputs: ["a"], outputs: ["b"] },
          relu("b", "z"),
        ],
        outputs: ["z"],
      }),
    )!;
    expect(error.code).toBe("ERR_UNSUPPORTED");
    expect(error.message).toContain("2 unsupported nodes");
    expect(error.message).toContain('"first" (LSTM)');
    expect(error.message).toContain('"second" (com.example.Acos)');
    expect(error.message).toContain("Supported operators: Add, AveragePool, BatchNormalization");
    expect(error.message).toContain('until: "y"');
  });

  test("a graph of 100,000 nodes is read, and 100,000 unsupported nodes give one error", () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => relu(index === 0 ? "x" : `v${index - 1}`, `v${index}`));
    expect(messageOf({ ...small, nodes, outputs: ["v99999"] })).toBe("no error");
    const unknown = nodes.map((node) => ({ ...node, op: "LSTM" }));
    const message = messageOf({ ...small, nodes: unknown, outputs: ["v99999"] });
    expect(message).toContain("100000 unsupported nodes");
    expect(message.length).toBeLessThan(100_000);
  });

  test("chains of 20,000 products or sums are read soon", () => {
    const chain = (op: string): NodeSpec[] =>
      Array.from({ length: 20_000 }, (_, index) => ({
        op,
        name: `${op}${index}`,
        inputs: [index === 0 ? "x" : `v${index - 1}`, "x"],
        outputs: [`v${index}`],
      }));
    for (const op of ["Mul", "Add"])
      expect(messageOf({ ...small, nodes: chain(op), outputs: ["v19999"] })).toBe("no error");
  });
});

describe("other formats", () => {
  const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));
  const padded = (value: string): Uint8Array => text(value.padEnd(64, "\0"));
  const safetensors = text('\x40\0\0\0\0\0\0\0{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}      ');
  const savedModel = new PbfWriter();
  savedModel.writeVarintField(1, 1);
  savedModel.writeMessage(2, (_, pbf) => pbf.writeMessage(1, (__, inner) => inner.writeStringField(1, "serve"), 0), 0);
  const graphDef = new PbfWriter();
  graphDef.writeMessage(1, (_, pbf) => void pbf.writeStringField(1, "input"), 0);

  test.each<[string, Uint8Array, RegExp]>([
    ["TensorFlow Lite", padded("\x1c\0\0\0TFL3"), /TensorFlow Lite/],
    ["ONNX Runtime", padded("\x1c\0\0\0ORTM"), /\.ort/],
    ["safetensors", safetensors, /safetensors/],
    ["PyTorch, zip", padded("PK\x03\x04"), /zip archive, as PyTorch .* tf2onnx from Keras/],
    ["PyTorch, pickle", padded("\x80\x02\x8a\x0al\xfc\x9c"), /pickle, as older PyTorch/],
    ["Keras", padded("\x89HDF\r\n\x1a\n"), /HDF5 file, as Keras/],
    ["a SavedModel", savedModel.finish().slice(), /SavedModel of TensorFlow/],
    ["a graph of TensorFlow", graphDef.finish().slice(), /graph of TensorFlow/],
    ["gzip", padded("\x1f\x8b\x08"), /gzip; unpack/],
    ["Git LFS", text("version https://git-lfs.github.com/spec/v1\n"), /git lfs pull/],
    ["a page", text("<!DOCTYPE html><html></html>"), /HTML/],
    ["JSON", text('{"format":"graph-model"}'), /JSON, as TensorFlow\.js/],
    ["a list in JSON", text('[{"format":"graph-model"}]'), /no ONNX file but text/],
    ["a page of Markdown", text("# A network\n\nIt is not in here.\n"), /no ONNX file but text/],
    ["nothing", new Uint8Array(0), /empty/],
  ])("%s", (_, bytes, expected) => {
    expect(errorOf(bytes)!.message).toMatch(expected);
  });

  test.each([
    ["a text", "model.onnx"],
    ["an ArrayBuffer", new ArrayBuffer(8)],
    ["nothing", undefined],
    ["null", null],
    ["floats", new Float32Array(4)],
  ])("%s instead of bytes", (_, value) => {
    expect(errorOf(value as unknown as Uint8Array)!.message).toMatch(/must be a Uint8Array/);
  });
});

test("no file takes long", () => {
  // Not a measurement: the slowest of these files takes some milliseconds, and a loop over a claimed size would not end.
  const hostile = [
    onnxModel({ ...small, initializers: { w: { ...weight, dims: Array.from({ length: 10_000 }, () => 1) } } }),
    onnxModel({ ...small, nodes: [{ ...convolution, inputs: Array.from({ length: 50_000 }, () => "x") }] }),
    onnxModel({
      ...small,
      nodes: [
        {
          op: "Transpose",
          name: "t",
          inputs: ["x"],
          outputs: ["y"],
          attributes: { perm: Array.from({ length: 50_000 }, () => 0) },
        },
      ],
    }),
    onnxModel({
      ...small,
      nodes: [{ op: "DepthToSpace", name: "d", inputs: ["x"], outputs: ["y"], attributes: { blocksize: 2 ** 31 } }],
    }),
  ];
  for (const bytes of hostile) {
    // Processor time, which other programs do not lengthen.
    const start = process.cpuUsage();
    errorOf(bytes);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
  }
});
