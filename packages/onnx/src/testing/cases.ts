/**
 * Small networks of each operator, in the forms that exporters write. The answers of onnxruntime are in
 * test-files/onnxruntime.json, which `pnpm onnx-goldens` writes.
 */

import type { AttributeSpec, ModelSpec, NodeSpec, TensorSpec } from "./onnx-writer.js";

export interface Case {
  readonly name: string;
  readonly model: ModelSpec;
  /** The file's dims of each input. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** Numbers from −1 to 1 that float16 holds exactly, the same on every machine. */
export function numbers(count: number, seed: number): number[] {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 20) / 2048 - 1;
  });
}

let seed = 1;
const size = (dims: readonly number[]): number => dims.reduce((all, each) => all * each, 1);
const floats = (...dims: number[]): TensorSpec => ({ dims, data: numbers(size(dims), seed++) });
const positive = (...dims: number[]): TensorSpec => ({
  dims,
  data: numbers(size(dims), seed++).map((each) => each / 2 + 1),
});
const given = (dims: readonly number[], data: readonly number[]): TensorSpec => ({ dims, data });
const integers = (...data: number[]): TensorSpec => ({ dims: [data.length], data, type: "int64" });
const one = (value: number): TensorSpec => ({ dims: [], data: [value] });

interface Single {
  readonly op: string;
  readonly x: readonly number[];
  readonly with?: readonly (TensorSpec | "")[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly opset?: number;
  readonly outputs?: number;
  /** The number of the node's outputs that are outputs of the network. Default: all. */
  readonly kept?: number;
}

/** One node, fed by the input x and by constants. */
function single(name: string, options: Single): Case {
  const { op, x, with: constants = [], attributes = {}, opset = 17, outputs = 1, kept = outputs } = options;
  const names = constants.map((each, index) => (each === "" ? "" : `c${index}`));
  const initializers = Object.fromEntries(
    constants.flatMap((each, index) => (each === "" ? [] : [[`c${index}`, each] as const])),
  );
  const made = Array.from({ length: outputs }, (_, index) => `y${index}`);
  return {
    name,
    model: {
      opset,
      nodes: [{ op, name: op, inputs: ["x", ...names], outputs: made, attributes }],
      inputs: { x },
      outputs: made.slice(0, kept),
      initializers,
    },
    inputs: { x },
  };
}

type Step = readonly [op: string, inputs: string, output: string, attributes?: Readonly<Record<string, AttributeSpec>>];

/** Several nodes: `["Add", "x c", "y"]`. */
function several(
  name: string,
  inputs: Readonly<Record<string, readonly number[]>>,
  steps: readonly Step[],
  initializers: Readonly<Record<string, TensorSpec>> = {},
  { opset = 17, outputs = [steps.at(-1)![2]] }: { readonly opset?: number; readonly outputs?: readonly string[] } = {},
): Case {
  const nodes = steps.map(([op, from, to, attributes = {}], index): NodeSpec => ({
    op,
    name: `${op}${index}`,
    inputs: from.split(" ").map((each) => (each === "-" ? "" : each)),
    outputs: to.split(" "),
    attributes,
  }));
  return { name, model: { opset, nodes, inputs, outputs, initializers }, inputs };
}

const X = [1, 4, 5, 6] as const;
const image = [...X];

export const CASES: readonly Case[] = [
  // Convolution.
  single("Conv", { op: "Conv", x: image, with: [floats(3, 4, 3, 3), floats(3)], attributes: { pads: [1, 1, 1, 1] } }),
  single("Conv, strides, dilations, uneven pads", {
    op: "Conv",
    x: [2, 4, 9, 8],
    with: [floats(2, 4, 3, 2)],
    attributes: { strides: [2, 1], dilations: [2, 3], pads: [0, 1, 2, 1], kernel_shape: [3, 2] },
  }),
  single("Conv, depthwise", {
    op: "Conv",
    x: image,
    with: [floats(8, 1, 3, 3), floats(8)],
    attributes: { group: 4, auto_pad: "SAME_UPPER", strides: [2, 2] },
  }),
  single("Conv, SAME_LOWER", {
    op: "Conv",
    x: image,
    with: [floats(2, 4, 4, 2)],
    attributes: { auto_pad: "SAME_LOWER", strides: [2, 2] },
  }),
  single("Conv, VALID", { op: "Conv", x: image, with: [floats(2, 4, 2, 2)], attributes: { auto_pad: "VALID" } }),
  single("Conv over sequences", {
    op: "Conv",
    x: [2, 4, 9],
    with: [floats(6, 2, 3), floats(6)],
    attributes: { group: 2, pads: [1, 0], strides: [2], dilations: [2] },
  }),
  single("ConvTranspose", {
    op: "ConvTranspose",
    x: [1, 4, 3, 3],
    with: [floats(4, 2, 2, 2), floats(2)],
    attributes: { strides: [2, 2] },
  }),
  single("ConvTranspose, groups, output_padding", {
    op: "ConvTranspose",
    x: [1, 4, 3, 4],
    with: [floats(4, 3, 3, 3), floats(6)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1], group: 2 },
  }),
  single("ConvTranspose, dilations, uneven pads", {
    op: "ConvTranspose",
    x: [1, 2, 4, 4],
    with: [floats(2, 3, 3, 2)],
    attributes: { strides: [3, 2], dilations: [2, 1], pads: [0, 1, 2, 0] },
  }),
  single("ConvTranspose, output_shape", {
    op: "ConvTranspose",
    x: [1, 2, 3, 3],
    with: [floats(2, 1, 3, 3)],
    attributes: { strides: [2, 2], output_shape: [6, 6] },
  }),
  single("ConvTranspose, SAME_UPPER", {
    op: "ConvTranspose",
    x: [1, 2, 3, 3],
    with: [floats(2, 1, 3, 3)],
    attributes: { strides: [2, 2], auto_pad: "SAME_UPPER" },
  }),
  single("ConvTranspose, SAME_LOWER", {
    op: "ConvTranspose",
    x: [1, 2, 3, 3],
    with: [floats(2, 1, 3, 3)],
    attributes: { strides: [2, 2], auto_pad: "SAME_LOWER" },
  }),
  single("ConvTranspose over sequences", {
    op: "ConvTranspose",
    x: [1, 3, 5],
    with: [floats(3, 2, 4)],
    attributes: { strides: [2], pads: [1, 1] },
  }),
  several(
    "Conv, BatchNormalization, Relu",
    { x: image },
    [
      ["Conv", "x w b", "a", { pads: [1, 1, 1, 1] }],
      ["BatchNormalization", "a g s m v", "n", { epsilon: { float: 0.001 } }],
      ["Relu", "n", "y"],
    ],
    { w: floats(3, 4, 3, 3), b: floats(3), g: floats(3), s: floats(3), m: floats(3), v: positive(3) },
  ),
  several(
    "ConvTranspose with groups, BatchNormalization",
    { x: [1, 4, 3, 3] },
    [
      ["ConvTranspose", "x w b", "a", { strides: [2, 2], group: 2 }],
      ["BatchNormalization", "a g s m v", "y"],
    ],
    { w: floats(4, 2, 2, 2), b: floats(4), g: floats(4), s: floats(4), m: floats(4), v: positive(4) },
  ),
  several(
    "BatchNormalization, Relu, Conv",
    { x: image },
    [
      ["BatchNormalization", "x g s m v", "n"],
      ["Relu", "n", "r"],
      ["Conv", "r w", "y"],
    ],
    { w: floats(3, 4, 1, 1), g: floats(4), s: floats(4), m: floats(4), v: positive(4) },
  ),
  several(
    "Conv, Mul, Add as batch normalisation",
    { x: image },
    [
      ["Conv", "x w", "a"],
      ["Mul", "a m", "b"],
      ["Add", "s b", "y"],
    ],
    { w: floats(3, 4, 2, 2), m: floats(1, 3, 1, 1), s: floats(3, 1, 1) },
  ),
  several(
    "Conv, Div, Sub by constants, before and behind",
    { x: image },
    [
      ["Conv", "x w", "a"],
      ["Div", "a m", "b"],
      ["Sub", "s b", "c"],
      ["Sub", "c t", "y"],
    ],
    { w: floats(3, 4, 2, 2), m: positive(3, 1, 1), s: floats(3, 1, 1), t: one(0.25) },
  ),
  several(
    "residuals",
    { x: image },
    [
      ["Conv", "x w", "a"],
      ["Add", "x a", "b"],
      ["Relu", "b", "c"],
      ["Conv", "c w", "d"],
      ["Add", "d c", "e"],
      ["Add", "e e", "f"],
      ["Add", "a f", "y"],
    ],
    { w: floats(4, 4, 1, 1) },
    { outputs: ["y", "b"] },
  ),
  // Heads.
  single("Gemm, transB", { op: "Gemm", x: [2, 6], with: [floats(3, 6), floats(3)], attributes: { transB: 1 } }),
  single("Gemm, alpha, beta", {
    op: "Gemm",
    x: [2, 6],
    with: [floats(6, 3), floats(1, 3)],
    attributes: { alpha: { float: 0.5 }, beta: { float: 2 } },
  }),
  single("Gemm, a bias of one number", { op: "Gemm", x: [2, 6], with: [floats(6, 3), one(0.5)] }),
  single("MatMul of two dimensions", { op: "MatMul", x: [2, 6], with: [floats(6, 3)] }),
  single("MatMul of three dimensions", { op: "MatMul", x: [2, 5, 6], with: [floats(6, 3)] }),
  several(
    "Flatten, Gemm",
    { x: [2, 4, 3, 2] },
    [
      ["Flatten", "x", "f"],
      ["Gemm", "f w b", "y", { transB: 1 }],
    ],
    { w: floats(5, 24), b: floats(5) },
  ),
  several(
    "Reshape, MatMul, Add",
    { x: [2, 4, 3, 2] },
    [
      ["Reshape", "x s", "f"],
      ["MatMul", "f w", "m"],
      ["Add", "m b", "y"],
    ],
    { s: integers(2, -1), w: floats(24, 5), b: floats(5) },
  ),
  several(
    "Flatten of channels last, Gemm",
    { x: [2, 4, 3, 2] },
    [
      ["Transpose", "x", "t", { perm: [0, 2, 3, 1] }],
      ["Flatten", "t", "f"],
      ["Gemm", "f w", "y"],
    ],
    { w: floats(24, 5) },
  ),
  several(
    "GlobalAveragePool, Flatten, Gemm, Softmax",
    { x: image },
    [
      ["GlobalAveragePool", "x", "g"],
      ["Flatten", "g", "f"],
      ["Gemm", "f w b", "l", { transB: 1 }],
      ["Softmax", "l", "y", { axis: 1 }],
    ],
    { w: floats(3, 4), b: floats(3) },
  ),
  // Functions of each element.
  ...["Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu", "HardSigmoid", "Neg"].map((op) =>
    single(op, { op, x: image }),
  ),
  single("LeakyRelu, alpha", { op: "LeakyRelu", x: image, attributes: { alpha: { float: 0.3 } } }),
  single("HardSigmoid, alpha, beta", {
    op: "HardSigmoid",
    x: image,
    attributes: { alpha: { float: 0.7 }, beta: { float: 0.4 } },
  }),
  single("Gelu", { op: "Gelu", x: image, opset: 20 }),
  single("Gelu, tanh", { op: "Gelu", x: image, opset: 20, attributes: { approximate: "tanh" } }),
  single("Clip", { op: "Clip", x: image, with: [one(-0.25), one(0.5)] }),
  single("Clip, max alone", { op: "Clip", x: image, with: ["", one(0.5)] }),
  single("Clip, attributes", {
    op: "Clip",
    x: image,
    opset: 9,
    attributes: { min: { float: 0 }, max: { float: 0.5 } },
  }),
  single("PRelu", { op: "PRelu", x: image, with: [floats(4, 1, 1)] }),
  single("PRelu, one slope", { op: "PRelu", x: image, with: [floats(1)] }),
  single("Pow", { op: "Pow", x: image, with: [one(2)] }),
  single("Softmax, opset 11, flattened", { op: "Softmax", x: [2, 3, 2, 2], opset: 11 }),
  single("Softmax, opset 13, over channels", { op: "Softmax", x: [2, 3, 2, 2], attributes: { axis: 1 } }),
  single("Softmax, last axis of three", { op: "Softmax", x: [2, 3, 5], opset: 11, attributes: { axis: 2 } }),
  several(
    "hard-swish in pieces, Div",
    { x: image },
    [
      ["Mul", "x k", "z"],
      ["Add", "z three", "a"],
      ["Clip", "a zero six", "c"],
      ["Mul", "z c", "m"],
      ["Div", "m six", "y"],
    ],
    { k: one(5), three: one(3), zero: one(0), six: one(6) },
  ),
  several(
    "hard-swish in pieces, Mul by 1/6",
    { x: image },
    [
      ["Mul", "x k", "z"],
      ["Add", "three z", "a"],
      ["Clip", "a zero six", "c"],
      ["Mul", "c sixth", "m"],
      ["Mul", "m z", "y"],
    ],
    { k: one(5), three: one(3), zero: one(0), six: one(6), sixth: one(1 / 6) },
  ),
  several(
    "hard-swish, HardSigmoid",
    { x: image },
    [
      ["Mul", "x k", "z"],
      ["HardSigmoid", "z", "h", { alpha: { float: 1 / 6 } }],
      ["Mul", "z h", "y"],
    ],
    { k: one(5) },
  ),
  several(
    "hard-swish, Relu6 as Min and Max",
    { x: image },
    [
      ["Mul", "x k", "z"],
      ["Add", "z three", "a"],
      ["Max", "a zero", "b"],
      ["Min", "b six", "c"],
      ["Mul", "z c", "m"],
      ["Div", "m six", "y"],
    ],
    { k: one(5), three: one(3), zero: one(0), six: one(6) },
  ),
  several("silu", { x: image }, [
    ["Sigmoid", "x", "s"],
    ["Mul", "s x", "y"],
  ]),
  several(
    "gelu, Erf",
    { x: image },
    [
      ["Div", "x r", "d"],
      ["Erf", "d", "e"],
      ["Add", "e one", "p"],
      ["Mul", "x p", "m"],
      ["Mul", "m half", "y"],
    ],
    { r: one(Math.SQRT2), one: one(1), half: one(0.5) },
  ),
  several(
    "gelu, halved first",
    { x: image },
    [
      ["Mul", "x half", "h"],
      ["Mul", "x r", "d"],
      ["Erf", "d", "e"],
      ["Add", "one e", "p"],
      ["Mul", "h p", "y"],
    ],
    { r: one(Math.SQRT1_2), one: one(1), half: one(0.5) },
  ),
  several(
    "gelu, Tanh",
    { x: image },
    [
      ["Pow", "x three", "c"],
      ["Mul", "c k", "d"],
      ["Add", "x d", "e"],
      ["Mul", "e r", "f"],
      ["Tanh", "f", "t"],
      ["Add", "t one", "p"],
      ["Mul", "x p", "m"],
      ["Mul", "m half", "y"],
    ],
    { three: one(3), k: one(0.044715), r: one(Math.sqrt(2 / Math.PI)), one: one(1), half: one(0.5) },
  ),
  several(
    "a Clip that is none of them",
    { x: image },
    [
      ["Add", "x three", "a"],
      ["Clip", "a zero six", "c"],
      ["Mul", "x c", "y"],
    ],
    { three: one(2), zero: one(0), six: one(6) },
  ),
  several(
    "Min and Max with constants",
    { x: image },
    [
      ["Max", "x a", "m"],
      ["Min", "b m", "y"],
    ],
    { a: one(-0.25), b: one(0.25) },
  ),
  several(
    "Relu, Min",
    { x: image },
    [
      ["Relu", "x", "m"],
      ["Min", "m b", "y"],
    ],
    { b: one(0.25) },
  ),
  several(
    "squeeze-excite",
    { x: image },
    [
      ["GlobalAveragePool", "x", "g"],
      ["Conv", "g w", "c"],
      ["HardSigmoid", "c", "h"],
      ["Mul", "h x", "y"],
    ],
    { w: floats(4, 4, 1, 1) },
  ),
  several("spatial attention", { x: image }, [
    ["ReduceMean", "x", "g", { axes: [1] }],
    ["Sigmoid", "g", "s"],
    ["Mul", "x s", "y"],
  ]),
  several("two inputs", { x: image, z: image }, [
    ["Sub", "x z", "s"],
    ["Mul", "s z", "m"],
    ["Sum", "m x z", "y"],
  ]),
  several(
    "a summand for each channel",
    { x: image, z: [1, 4] },
    [
      ["Unsqueeze", "z a", "u"],
      ["Add", "x u", "y"],
    ],
    { a: integers(2, 3) },
  ),
  several("where a value is its neighbourhood's largest", { x: image }, [
    ["MaxPool", "x", "m", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
    ["Equal", "x m", "e"],
    ["Cast", "e", "f", { to: 1 }],
    ["Mul", "x f", "y"],
  ]),
  several("where two values are equal", { x: image, z: image }, [
    ["Relu", "x", "a"],
    ["Relu", "z", "b"],
    ["Equal", "a b", "e"],
    ["Cast", "e", "y", { to: 1 }],
  ]),
  // Pooling.
  single("MaxPool", { op: "MaxPool", x: image, attributes: { kernel_shape: [2, 3], strides: [2, 2] } }),
  single("MaxPool, pads, ceil_mode", {
    op: "MaxPool",
    x: image,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  }),
  single("MaxPool, dilations", { op: "MaxPool", x: image, attributes: { kernel_shape: [2, 2], dilations: [2, 3] } }),
  single("MaxPool, SAME_UPPER", {
    op: "MaxPool",
    x: image,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" },
  }),
  single("MaxPool over sequences", {
    op: "MaxPool",
    x: [1, 3, 7],
    attributes: { kernel_shape: [3], strides: [2], pads: [1, 0] },
  }),
  single("AveragePool", {
    op: "AveragePool",
    x: image,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  }),
  single("AveragePool, padding counted", {
    op: "AveragePool",
    x: image,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
  }),
  single("AveragePool, ceil_mode", {
    op: "AveragePool",
    x: image,
    opset: 19,
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
  }),
  single("AveragePool, SAME_UPPER", {
    op: "AveragePool",
    x: image,
    attributes: { kernel_shape: [2, 2], auto_pad: "SAME_UPPER" },
  }),
  single("GlobalAveragePool", { op: "GlobalAveragePool", x: [2, 3, 4, 5] }),
  single("GlobalMaxPool", { op: "GlobalMaxPool", x: [2, 3, 4, 5] }),
  single("ReduceMean over rows and columns", { op: "ReduceMean", x: image, attributes: { axes: [2, 3], keepdims: 0 } }),
  single("ReduceMean, axes as an input", { op: "ReduceMean", x: image, opset: 18, with: [integers(-1, -2)] }),
  single("ReduceMean over rows", { op: "ReduceMean", x: image, attributes: { axes: [2] } }),
  single("ReduceMean over channels", { op: "ReduceMean", x: image, attributes: { axes: [1] } }),
  single("ReduceMax over columns", { op: "ReduceMax", x: image, attributes: { axes: [-1], keepdims: 0 } }),
  several(
    "Pad, AveragePool",
    { x: image },
    [
      ["Pad", "x p", "a"],
      ["AveragePool", "a", "y", { kernel_shape: [3, 3] }],
    ],
    { p: integers(0, 0, 1, 1, 0, 0, 1, 1) },
  ),
  several(
    "Pad by -∞, MaxPool",
    { x: image },
    [
      ["Pad", "x p v", "a"],
      ["MaxPool", "a", "y", { kernel_shape: [3, 3] }],
    ],
    { p: integers(0, 0, 1, 1, 0, 0, 1, 1), v: one(-Infinity) },
  ),
  several(
    "Pad by 0, MaxPool",
    { x: image },
    [
      ["Pad", "x p", "a"],
      ["MaxPool", "a", "y", { kernel_shape: [3, 3] }],
    ],
    { p: integers(0, 0, 1, 1, 0, 0, 1, 1) },
  ),
  // Moves.
  single("Concat with zeros", {
    op: "Concat",
    x: image,
    with: [
      given(
        [1, 2, 5, 6],
        Array.from({ length: 60 }, () => 0),
      ),
    ],
    attributes: { axis: 1 },
  }),
  several("Concat of two, between zeros", { x: image, z: [1, 2, 5, 6] }, [["Concat", "o x z o", "y", { axis: 1 }]], {
    o: given(
      [1, 1, 5, 6],
      Array.from({ length: 30 }, () => 0.5),
    ),
  }),
  several(
    "Concat along rows of sequences",
    { x: [1, 4, 2, 3], z: [1, 4, 1, 2] },
    [
      ["Transpose", "x", "a", { perm: [0, 2, 3, 1] }],
      ["Reshape", "a s", "b"],
      ["Transpose", "z", "c", { perm: [0, 2, 3, 1] }],
      ["Reshape", "c s", "d"],
      ["Concat", "b d", "y", { axis: 1 }],
    ],
    { s: integers(1, -1, 2) },
  ),
  single("Split", { op: "Split", x: image, with: [integers(1, 3)], attributes: { axis: 1 }, outputs: 2 }),
  single("Split into equal parts, opset 11", { op: "Split", x: image, opset: 11, attributes: { axis: 3 }, outputs: 3 }),
  single("Split, num_outputs", {
    op: "Split",
    x: image,
    opset: 18,
    attributes: { axis: 2, num_outputs: 3 },
    outputs: 3,
  }),
  single("Slice with steps", {
    op: "Slice",
    x: image,
    with: [integers(1, 0, 1), integers(2 ** 63, 5, -1), integers(2, 3, 1), integers(2, 3, 1)],
  }),
  single("Slice, attributes", {
    op: "Slice",
    x: image,
    opset: 9,
    attributes: { starts: [1, 2], ends: [3, 5], axes: [1, 3] },
  }),
  several(
    "focus",
    { x: [1, 3, 4, 6] },
    [
      ["Slice", "x a e r s", "p"],
      ["Slice", "x b e r s", "q"],
      ["Slice", "x c e r s", "t"],
      ["Slice", "x d e r s", "u"],
      ["Concat", "p q t u", "y", { axis: 1 }],
    ],
    {
      a: integers(0, 0),
      b: integers(1, 0),
      c: integers(0, 1),
      d: integers(1, 1),
      e: integers(99, 99),
      r: integers(2, 3),
      s: integers(2, 2),
    },
  ),
  single("Gather of one channel", {
    op: "Gather",
    x: image,
    with: [{ dims: [], data: [2], type: "int64" }],
    attributes: { axis: 1 },
  }),
  single("Gather of rows", { op: "Gather", x: image, with: [integers(1, 3)], attributes: { axis: 2 } }),
  single("Pad", { op: "Pad", x: image, with: [integers(0, 1, 1, 0, 0, 2, 0, 3), one(0.5)] }),
  single("Pad, opset 9", {
    op: "Pad",
    x: image,
    opset: 9,
    attributes: { pads: [0, 0, 1, 2, 0, 0, 2, 1], value: { float: -1 } },
  }),
  ...["reflect", "edge"].map((mode) =>
    single(`Pad, ${mode}`, { op: "Pad", x: image, with: [integers(0, 0, 2, 1, 0, 0, 1, 2)], attributes: { mode } }),
  ),
  single("Pad, wrap", {
    op: "Pad",
    x: image,
    opset: 19,
    with: [integers(0, 0, 2, 1, 0, 0, 1, 2)],
    attributes: { mode: "wrap" },
  }),
  single("Pad, axes", { op: "Pad", x: image, opset: 18, with: [integers(1, 2), "", integers(-1)] }),
  ...["constant", "reflect", "edge"].map((mode) =>
    several(
      `Pad, ${mode}, Conv`,
      { x: image },
      [
        ["Pad", "x p", "a", { mode }],
        ["Conv", "a w", "y"],
      ],
      { p: integers(0, 0, 1, 1, 0, 0, 1, 1), w: floats(2, 4, 3, 3) },
    ),
  ),
  several(
    "Pad that two read",
    { x: image },
    [
      ["Pad", "x p", "a"],
      ["Conv", "a w", "b", { strides: [2, 2] }],
      ["MaxPool", "a", "c", { kernel_shape: [3, 3], strides: [2, 2] }],
      ["Concat", "b c", "y", { axis: 1 }],
    ],
    { p: integers(0, 0, 1, 1, 0, 0, 1, 1), w: floats(2, 4, 3, 3) },
  ),
  single("Transpose", { op: "Transpose", x: image, attributes: { perm: [0, 2, 3, 1] } }),
  several(
    "channels last around Conv",
    { x: [1, 5, 6, 4] },
    [
      ["Transpose", "x", "a", { perm: [0, 3, 1, 2] }],
      ["Conv", "a w", "b"],
      ["Transpose", "b", "c", { perm: [0, 2, 3, 1] }],
      ["Add", "c s", "d"],
      ["Relu", "d", "y"],
    ],
    { w: floats(3, 4, 3, 3), s: floats(3) },
  ),
  several(
    "channel shuffle",
    { x: [1, 6, 2, 3] },
    [
      ["Reshape", "x s", "a"],
      ["Transpose", "a", "b", { perm: [0, 2, 1, 3, 4] }],
      ["Reshape", "b t", "c"],
      ["Conv", "c w", "y"],
    ],
    { s: integers(1, 2, 3, 2, 3), t: integers(1, 6, 2, 3), w: floats(2, 6, 1, 1) },
  ),
  several(
    "two channel shuffles in a row",
    { x: [1, 6, 2, 3] },
    [
      ["Reshape", "x s", "a"],
      ["Transpose", "a", "b", { perm: [0, 2, 1, 3, 4] }],
      ["Reshape", "b t", "c"],
      ["Reshape", "c s", "d"],
      ["Transpose", "d", "e", { perm: [0, 2, 1, 3, 4] }],
      ["Reshape", "e t", "y"],
    ],
    { s: integers(1, 2, 3, 2, 3), t: integers(1, 6, 2, 3) },
  ),
  several(
    "pixel shuffle in pieces",
    { x: [1, 8, 2, 3] },
    [
      ["Reshape", "x s", "a"],
      ["Transpose", "a", "b", { perm: [0, 1, 4, 2, 5, 3] }],
      ["Reshape", "b t", "c"],
      ["Relu", "c", "d"],
      ["Conv", "d w", "y"],
    ],
    { s: integers(1, 2, 2, 2, 2, 3), t: integers(1, 2, 4, 6), w: floats(2, 2, 1, 1) },
  ),
  several(
    "pixel unshuffle in pieces",
    { x: [1, 3, 4, 6] },
    [
      ["Reshape", "x s", "a"],
      ["Transpose", "a", "b", { perm: [0, 1, 3, 5, 2, 4] }],
      ["Reshape", "b t", "c"],
      ["Conv", "c w", "y"],
    ],
    { s: integers(1, 3, 2, 2, 3, 2), t: integers(1, 12, 2, 3), w: floats(2, 12, 1, 1) },
  ),
  single("DepthToSpace", { op: "DepthToSpace", x: [1, 8, 2, 3], attributes: { blocksize: 2 } }),
  single("DepthToSpace, CRD", { op: "DepthToSpace", x: [1, 8, 2, 3], attributes: { blocksize: 2, mode: "CRD" } }),
  single("SpaceToDepth", { op: "SpaceToDepth", x: [1, 2, 4, 6], attributes: { blocksize: 2 } }),
  single("Reshape that mixes axes", { op: "Reshape", x: [1, 6, 2, 3], with: [integers(1, 4, 3, 3)] }),
  several(
    "Reshape by arithmetic of shapes",
    { x: [2, 4, 3, 2] },
    [
      ["Shape", "x", "s"],
      ["Gather", "s zero", "n", { axis: 0 }],
      ["Unsqueeze", "n axis", "u"],
      ["Concat", "u rest", "t", { axis: 0 }],
      ["Reshape", "x t", "y"],
    ],
    { zero: { dims: [], data: [0], type: "int64" }, axis: integers(0), rest: integers(-1) },
  ),
  several(
    "Squeeze, Unsqueeze",
    { x: [2, 4, 1, 1] },
    [
      ["Squeeze", "x a", "s"],
      ["Unsqueeze", "s b", "y"],
    ],
    { a: integers(2, 3), b: integers(1) },
  ),
  several("Squeeze, attribute", { x: [2, 4, 1, 1] }, [["Squeeze", "x", "y", { axes: [2, 3] }]], {}, { opset: 11 }),
  several(
    "a head of detection",
    { x: [1, 6, 2, 3] },
    [
      ["Transpose", "x", "a", { perm: [0, 2, 3, 1] }],
      ["Reshape", "a s", "b"],
      ["Sigmoid", "b", "y"],
    ],
    { s: integers(1, -1, 2) },
  ),
  // Resize.
  ...["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"].flatMap((coordinate_transformation_mode) => [
    single(`Resize, linear, ${coordinate_transformation_mode}`, {
      op: "Resize",
      x: [1, 2, 3, 4],
      with: ["", given([4], [1, 1, 2, 2.5])],
      attributes: { mode: "linear", coordinate_transformation_mode },
    }),
    ...["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].map((nearest_mode) =>
      single(`Resize, nearest, ${coordinate_transformation_mode}, ${nearest_mode}`, {
        op: "Resize",
        x: [1, 2, 3, 4],
        with: ["", "", integers(1, 2, 7, 5)].map((each, index) => (index === 1 ? given([0], []) : each)) as (
          | TensorSpec
          | ""
        )[],
        attributes: { mode: "nearest", coordinate_transformation_mode, nearest_mode },
      }),
    ),
  ]),
  single("Resize, tf_half_pixel_for_nn", {
    op: "Resize",
    x: [1, 2, 3, 4],
    opset: 11,
    with: [given([0], []), given([4], [1, 1, 2, 2])],
    attributes: { coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor" },
  }),
  single("Resize, opset 10", { op: "Resize", x: [1, 2, 3, 4], opset: 10, with: [given([4], [1, 1, 2, 3])] }),
  single("Resize to less", {
    op: "Resize",
    x: [1, 2, 6, 8],
    with: ["", given([4], [1, 1, 0.5, 0.5])],
    attributes: { mode: "linear" },
  }),
  single("Upsample", { op: "Upsample", x: [1, 2, 3, 4], opset: 9, with: [given([4], [1, 1, 2, 3])] }),
  single("Upsample, linear", {
    op: "Upsample",
    x: [1, 2, 3, 4],
    opset: 9,
    with: [given([4], [1, 1, 2, 2])],
    attributes: { mode: "linear" },
  }),
  // Weights of other types.
  ...(["float16", "double", "bfloat16"] as const).map((type) =>
    several(
      `weights of ${type}`,
      { x: image },
      [
        ["Cast", "w", "f", { to: 1 }],
        ["Conv", "x f", "y"],
      ],
      { w: { ...floats(2, 4, 1, 1), type } },
    ),
  ),
  several("weights in fields", { x: image }, [["Conv", "x w", "y"]], { w: { ...floats(2, 4, 1, 1), as: "fields" } }),
  several(
    "weights that are computed",
    { x: image },
    [
      ["Transpose", "w", "t", { perm: [1, 0, 2, 3] }],
      ["Mul", "t k", "m"],
      ["Conv", "x m", "y"],
    ],
    { w: floats(4, 2, 1, 1), k: one(0.5) },
  ),
  several(
    "a constant that is computed",
    { x: image },
    [
      ["ConstantOfShape", "s", "z", { value: given([1], [0.5]) }],
      ["Add", "x z", "y"],
    ],
    { s: integers(1, 4, 1, 1) },
  ),
  several("Identity, Dropout, Cast", { x: image }, [
    ["Identity", "x", "a"],
    ["Dropout", "a", "b"],
    ["Cast", "b", "c", { to: 1 }],
    ["Relu", "c", "y"],
  ]),
  // Forms that hostile files showed.
  single("Clip, min above max", { op: "Clip", x: image, with: [one(0.5), one(-0.5)] }),
  several(
    "Max and Min that cross",
    { x: image },
    [
      ["Max", "x a", "m"],
      ["Min", "b m", "y"],
    ],
    { a: one(0.5), b: one(-0.5) },
  ),
  ...(["Relu", "Clip", "Min"] as const).map((first) =>
    several(
      `${first}, Clip of both ends, Max`,
      { x: image },
      [
        [first, { Relu: "x", Clip: "x low high", Min: "x high" }[first], "a"],
        ["Clip", "a b c", "d"],
        ["Max", "d e", "y"],
      ],
      { low: one(-0.75), high: one(0.75), b: one(0.25), c: one(0.5), e: one(0.375) },
    ),
  ),
  several(
    "Relu, Max",
    { x: image },
    [
      ["Relu", "x", "a"],
      ["Max", "a b", "y"],
    ],
    { b: one(0.25) },
  ),
  single("Resize, nearest, half_pixel, floor, by 0.6", {
    op: "Resize",
    x: [1, 2, 5, 4],
    with: ["", given([4], [1, 1, 0.7, 0.6])],
    attributes: { nearest_mode: "floor" },
  }),
  single("Resize of 10 and 100 by 0.9 and 0.29", {
    op: "Resize",
    x: [1, 1, 10, 100],
    with: ["", given([4], [1, 1, 0.9, 0.29])],
    attributes: { mode: "linear" },
  }),
  single("Resize of 10 and 5 by 0.9 and 0.7", {
    op: "Resize",
    x: [1, 1, 10, 5],
    with: ["", given([4], [1, 1, 0.9, 0.7])],
    attributes: { mode: "linear", coordinate_transformation_mode: "asymmetric" },
  }),
  single("MaxPool, indices that nothing reads", {
    op: "MaxPool",
    x: image,
    attributes: { kernel_shape: [2, 2] },
    outputs: 2,
    kept: 1,
  }),
  several(
    "Max in arithmetic of shapes",
    { x: [2, 4, 3, 2] },
    [
      ["Shape", "x", "s"],
      ["Gather", "s zero", "n", { axis: 0 }],
      ["Max", "n one", "m"],
      ["Unsqueeze", "m axis", "u"],
      ["Concat", "u rest", "t", { axis: 0 }],
      ["Reshape", "x t", "y"],
    ],
    {
      zero: { dims: [], data: [0], type: "int64" },
      one: { dims: [], data: [1], type: "int64" },
      axis: integers(0),
      rest: integers(-1),
    },
  ),
  several("Dropout, training_mode false", { x: image }, [["Dropout", "x r t", "y"]], {
    r: one(0.5),
    t: { dims: [], data: [0], type: "bool" },
  }),
  // As onnxmltools and paddle2onnx name open sizes.
  {
    name: "open sizes without names of their own",
    model: {
      nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }],
      inputs: { x: [-1, 4, "None", "None"] },
      outputs: ["y"],
    },
    inputs: { x: image },
  },
  // Normalisations.
  single("InstanceNormalization", {
    op: "InstanceNormalization",
    x: [2, 4, 5, 6],
    with: [floats(4), floats(4)],
    attributes: { epsilon: { float: 0.001 } },
  }),
  single("InstanceNormalization over sequences", {
    op: "InstanceNormalization",
    x: [2, 4, 9],
    with: [floats(4), floats(4)],
  }),
  several(
    "group normalisation of PyTorch, by InstanceNormalization",
    { x: [2, 6, 4, 5] },
    [
      ["Reshape", "x groups", "a"],
      ["InstanceNormalization", "a ones zeros", "b"],
      ["Reshape", "b shape", "c"],
      ["Mul", "c weight", "d"],
      ["Add", "d bias", "y"],
    ],
    {
      groups: integers(0, 3, -1),
      shape: integers(2, 6, 4, 5),
      ones: given([3], [1, 1, 1]),
      zeros: given([3], [0, 0, 0]),
      weight: floats(6, 1, 1),
      bias: floats(6, 1, 1),
    },
  ),
  single("GroupNormalization", {
    op: "GroupNormalization",
    x: [2, 6, 4, 5],
    with: [floats(6), floats(6)],
    attributes: { num_groups: 2 },
    opset: 21,
  }),
  single("GroupNormalization, opset 18, a scale for each group", {
    op: "GroupNormalization",
    x: [2, 6, 4, 5],
    with: [floats(3), floats(3)],
    attributes: { num_groups: 3 },
    opset: 18,
  }),
  single("LayerNormalization, last axis", {
    op: "LayerNormalization",
    x: [1, 5, 6, 4],
    with: [floats(4), floats(4)],
    attributes: { axis: -1, epsilon: { float: 0.001 } },
  }),
  single("LayerNormalization of vectors, no bias", { op: "LayerNormalization", x: [3, 8], with: [floats(8)] }),
  several(
    "LayerNormalization of ConvNeXt, before a linear layer",
    { x: image },
    [
      ["Conv", "x kernel", "a", { group: 4, pads: [1, 1, 1, 1] }],
      ["Transpose", "a", "b", { perm: [0, 2, 3, 1] }],
      ["LayerNormalization", "b scale shift", "c", { axis: -1, epsilon: { float: 0.000001 } }],
      ["MatMul", "c wide", "d"],
      ["Add", "d bias", "e"],
      ["Relu", "e", "f"],
      ["MatMul", "f narrow", "g"],
      ["Transpose", "g", "h", { perm: [0, 3, 1, 2] }],
      ["Mul", "gamma h", "i"],
      ["Add", "i x", "y"],
    ],
    {
      kernel: floats(4, 1, 3, 3),
      scale: floats(4),
      shift: floats(4),
      wide: floats(4, 8),
      bias: floats(8),
      narrow: floats(8, 4),
      gamma: floats(4, 1, 1),
    },
  ),
  several(
    "LayerNormalization of tokens",
    { x: [1, 4, 5, 6] },
    [
      ["Reshape", "x flat", "a"],
      ["Transpose", "a", "b", { perm: [0, 2, 1] }],
      ["LayerNormalization", "b scale shift", "y"],
    ],
    { flat: integers(1, 4, 30), scale: floats(4), shift: floats(4) },
  ),
  several(
    "layer normalisation in pieces, PyTorch before operator set 17",
    { x: [2, 5, 6, 4] },
    [
      ["ReduceMean", "x", "mean", { axes: [-1] }],
      ["Sub", "x mean", "d"],
      ["Pow", "d two", "square"],
      ["ReduceMean", "square", "variance", { axes: [-1] }],
      ["Add", "variance eps", "sum"],
      ["Sqrt", "sum", "root"],
      ["Div", "d root", "z"],
      ["Mul", "z weight", "scaled"],
      ["Add", "scaled bias", "y"],
    ],
    { two: one(2), eps: one(0.001), weight: floats(4), bias: floats(4) },
    { opset: 16 },
  ),
  several(
    "layer normalisation in pieces, over the channels of NCHW",
    { x: image },
    [
      ["ReduceMean", "x", "mean", { axes: [1] }],
      ["Sub", "x mean", "d"],
      ["ReduceMean", "x", "again", { axes: [1] }],
      ["Sub", "x again", "e"],
      ["Pow", "e two", "square"],
      ["ReduceMean", "square", "variance", { axes: [1] }],
      ["Add", "eps variance", "sum"],
      ["Sqrt", "sum", "root"],
      ["Div", "d root", "z"],
      ["Mul", "weight z", "scaled"],
      ["Add", "scaled bias", "y"],
    ],
    { two: one(2), eps: one(0.001), weight: floats(4, 1, 1), bias: floats(4, 1, 1) },
    { opset: 13 },
  ),
  several(
    "instance normalisation in pieces, axes as an input, Reciprocal",
    { x: image },
    [
      ["ReduceMean", "x axes", "mean"],
      ["Sub", "x mean", "d"],
      ["Mul", "d d", "square"],
      ["ReduceMean", "square axes", "variance"],
      ["Add", "variance eps", "sum"],
      ["Sqrt", "sum", "root"],
      ["Reciprocal", "root", "factor"],
      ["Mul", "factor d", "y"],
    ],
    { axes: integers(2, 3), eps: one(0.001) },
    { opset: 18 },
  ),
  several(
    "normalisation of a whole image in pieces, a quotient of 1",
    { x: image },
    [
      ["ReduceMean", "x", "mean", { axes: [1, 2, 3] }],
      ["Sub", "x mean", "d"],
      ["Mul", "d d", "square"],
      ["ReduceMean", "square", "variance", { axes: [1, 2, 3] }],
      ["Add", "variance eps", "sum"],
      ["Sqrt", "sum", "root"],
      ["Div", "one root", "factor"],
      ["Mul", "d factor", "y"],
    ],
    { one: one(1), eps: one(0.001) },
    { opset: 13 },
  ),
  // Heads of detectors.
  several(
    "Concat along positions of two sizes, as YOLOX has",
    { x: [2, 3, 4, 6] },
    [
      ["Conv", "x a", "p"],
      ["Conv", "x b", "q", { strides: [2, 2] }],
      ["Reshape", "p shape", "r"],
      ["Reshape", "q shape", "s"],
      ["Concat", "r s", "t", { axis: 2 }],
      ["Transpose", "t", "y", { perm: [0, 2, 1] }],
    ],
    { a: floats(5, 3, 1, 1), b: floats(5, 3, 1, 1), shape: integers(0, 5, -1) },
  ),
  several(
    "Concat along positions, channels last, with a size of one pixel",
    { x: [1, 3, 4, 6] },
    [
      ["Conv", "x a", "p"],
      ["GlobalAveragePool", "p", "q"],
      ["Transpose", "p", "r", { perm: [0, 2, 3, 1] }],
      ["Transpose", "q", "s", { perm: [0, 2, 3, 1] }],
      ["Reshape", "r shape", "t"],
      ["Reshape", "s shape", "u"],
      ["Concat", "t u", "y", { axis: 1 }],
    ],
    { a: floats(5, 3, 1, 1), shape: integers(1, -1, 5) },
  ),
  several(
    "Concat along rows and along columns",
    { x: [2, 3, 4, 6] },
    [
      ["Conv", "x a", "p"],
      ["Concat", "p x", "q", { axis: 2 }],
      ["Concat", "q q", "y", { axis: 3 }],
    ],
    { a: floats(3, 3, 1, 1) },
  ),
  single("ReduceMax over channels", { op: "ReduceMax", x: [2, 5, 3, 4], attributes: { axes: [1] }, opset: 13 }),
  single("ReduceMax over channels and rows", {
    op: "ReduceMax",
    x: [2, 5, 3, 4],
    attributes: { axes: [1, 2], keepdims: 0 },
    opset: 13,
  }),
  single("ReduceSum over channels", { op: "ReduceSum", x: [2, 5, 3, 4], with: [integers(1)], opset: 13 }),
  single("ReduceSum over rows and columns", {
    op: "ReduceSum",
    x: [2, 5, 3, 4],
    attributes: { axes: [2, 3], keepdims: 0 },
    opset: 11,
  }),
  several(
    "attention over space, of the mean and the maximum of channels",
    { x: [1, 5, 4, 6] },
    [
      ["ReduceMean", "x", "mean", { axes: [1] }],
      ["ReduceMax", "x", "most", { axes: [1] }],
      ["Concat", "mean most", "both", { axis: 1 }],
      ["Conv", "both a", "gate", { pads: [1, 1, 1, 1] }],
      ["Sigmoid", "gate", "one"],
      ["Mul", "x one", "y"],
    ],
    { a: floats(1, 2, 3, 3) },
    { opset: 13 },
  ),
  several(
    "reductions of constants",
    { x: image },
    [
      ["ReduceMean", "w", "mean", { axes: [1, 2, 3] }],
      ["Sub", "w mean", "centred"],
      ["ReduceMax", "w", "most", { axes: [1, 2, 3], keepdims: 0 }],
      ["ReduceSum", "w axis", "sum", { keepdims: 0 }],
      ["ReduceMin", "sum", "least", { axes: [0, 1, 2], keepdims: 0 }],
      ["Conv", "x centred most", "p", { group: 2 }],
      ["Add", "p least", "y"],
    ],
    { w: floats(4, 2, 2, 3), axis: integers(1) },
    { opset: 13 },
  ),
  several(
    "factors and summands behind a normalisation, before convolutions of groups, with padding and without",
    { x: [2, 6, 5, 6] },
    [
      ["InstanceNormalization", "x scale shift", "a"],
      ["Conv", "a grouped bias", "b", { group: 2 }],
      ["InstanceNormalization", "x scale shift", "c"],
      ["Conv", "c padded", "d", { group: 2, pads: [0, 0, 1, 1] }],
      ["Add", "b d", "e"],
      ["Mul", "e factor", "y"],
    ],
    {
      scale: floats(6),
      shift: floats(6),
      grouped: floats(8, 3, 2, 2),
      bias: floats(8),
      padded: floats(8, 3, 3, 3),
      factor: floats(1, 1, 1),
    },
  ),
  // Constants and values that are repeated.
  several(
    "constants for each place, as anchors of boxes are",
    { x: [2, 3, 4, 5] },
    [
      ["Mul", "x sizes", "a"],
      ["Add", "a places", "b"],
      ["Sub", "columns b", "c"],
      ["Div", "c rows", "y"],
    ],
    {
      sizes: floats(1, 3, 4, 5),
      places: floats(3, 4, 5),
      columns: floats(1, 1, 1, 5),
      rows: positive(4, 1),
    },
  ),
  several(
    "constants for each box of a list",
    { x: [1, 4, 3, 2] },
    [
      ["Transpose", "x", "a", { perm: [0, 2, 3, 1] }],
      ["Reshape", "a shape", "b"],
      ["Mul", "b variance", "c"],
      ["Add", "c anchors", "d"],
      ["Mul", "d anchors", "y"],
    ],
    { shape: integers(1, -1, 4), variance: one(0.1), anchors: floats(1, 6, 4) },
  ),
  several(
    "attention along rows and along columns",
    { x: [1, 4, 5, 6] },
    [
      ["ReduceMean", "x", "rows", { axes: [3] }],
      ["ReduceMean", "x", "columns", { axes: [2] }],
      ["Mul", "x rows", "a"],
      ["Mul", "columns a", "b"],
      ["Mul", "rows columns", "c"],
      ["Add", "b c", "y"],
    ],
    {},
    { opset: 13 },
  ),
  several(
    "Expand of a channel's number, and of one channel",
    { x: [1, 4, 5, 6] },
    [
      ["GlobalAveragePool", "x", "a"],
      ["Expand", "a size", "b"],
      ["ReduceMean", "x", "c", { axes: [1] }],
      ["Expand", "c channels", "d"],
      ["Mul", "b d", "y"],
    ],
    { size: integers(1, 4, 5, 6), channels: integers(4, 1, 1) },
    { opset: 13 },
  ),
  single("Tile of channels and rows", { op: "Tile", x: [2, 3, 2, 4], with: [integers(1, 2, 3, 1)] }),
  single("Tile of columns", { op: "Tile", x: [1, 3, 2, 4], with: [integers(1, 1, 1, 2)] }),
  single("Gather of channels in another order", {
    op: "Gather",
    x: [2, 5, 3, 4],
    with: [integers(2, 1, 0, 3, 4, -1)],
    attributes: { axis: 1 },
  }),
  single("Gather of columns, not all of them", {
    op: "Gather",
    x: [1, 2, 3, 6],
    with: [integers(0, 2, 5)],
    attributes: { axis: 3 },
  }),
  single("Slice of every third channel", {
    op: "Slice",
    x: [2, 12, 3, 4],
    with: [integers(1), integers(12), integers(1), integers(3)],
  }),
  single("Pad that cuts", { op: "Pad", x: [1, 3, 6, 7], with: [integers(0, 0, -1, 2, 0, 1, 1, -3), one(0.5)] }),
  single("Softmax over columns", { op: "Softmax", x: [2, 3, 4, 5], attributes: { axis: 3 } }),
  several(
    "Softmax over pixels",
    { x: [1, 3, 4, 5] },
    [
      ["Reshape", "x flat", "a"],
      ["Softmax", "a", "b", { axis: 2 }],
      ["Reshape", "b whole", "y"],
    ],
    { flat: integers(1, 3, -1), whole: integers(1, 3, 4, 5) },
  ),
  several(
    "distributions of distances and anchors, as YOLOv8 has",
    { x: [1, 3, 4, 6] },
    [
      ["Conv", "x near", "p"],
      ["Conv", "x far", "q", { strides: [2, 2] }],
      ["Reshape", "p list", "r"],
      ["Reshape", "q list", "s"],
      ["Concat", "r s", "t", { axis: 2 }],
      ["Split", "t parts", "box scores", { axis: 1 }],
      ["Reshape", "box sides", "a"],
      ["Transpose", "a", "b", { perm: [0, 2, 1, 3] }],
      ["Softmax", "b", "c", { axis: 1 }],
      ["Conv", "c steps", "d"],
      ["Reshape", "d distances", "e"],
      ["Slice", "e zero two one", "before"],
      ["Slice", "e two four one", "after"],
      ["Sub", "anchors before", "low"],
      ["Add", "anchors after", "high"],
      ["Concat", "low high", "corners", { axis: 1 }],
      ["Mul", "corners strides", "boxes"],
      ["Sigmoid", "scores", "probabilities"],
      ["Concat", "boxes probabilities", "y", { axis: 1 }],
    ],
    {
      near: floats(18, 3, 1, 1),
      far: floats(18, 3, 1, 1),
      list: integers(1, 18, -1),
      parts: integers(16, 2),
      sides: integers(1, 4, 4, 30),
      steps: given([1, 4, 1, 1], [0, 1, 2, 3]),
      distances: integers(1, 4, 30),
      zero: integers(0),
      two: integers(2),
      four: integers(4),
      one: integers(1),
      anchors: floats(1, 2, 30),
      strides: positive(1, 30),
    },
  ),
  single("LayerNormalization of whole images, with a weight and a bias for each place", {
    op: "LayerNormalization",
    x: [2, 3, 4, 5],
    with: [floats(3, 4, 5), floats(3, 4, 5)],
    attributes: { axis: 1 },
  }),
  single("LayerNormalization without effect of its weight and bias", {
    op: "LayerNormalization",
    x: [2, 3, 4, 5],
    with: [given([5], [1, 1, 1, 1, 1]), given([5], [0, 0, 0, 0, 0])],
  }),
];
