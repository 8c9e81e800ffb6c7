/**
 * A problem as an ONNX model: one Conv, with a Pad before it where the padding is not zeros, and Add and Relu or Clip
 * after it. Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

import {
  type Conv2dProblem,
  type Conv2dWeights,
  inputShape,
  outputShape,
  type PaddingMode,
  weightShape,
} from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { type Field, message } from "./protobuf.js";

export const INPUT = "x";
export const RESIDUAL = "residual";
export const OUTPUT = "y";

/** The first operator set whose Pad can wrap around, and the version of the format that came with it. */
const OPSET = 19;
const IR_VERSION = 9;

/** Of TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;

/** What ONNX's Pad calls them. */
const PAD_MODES: Readonly<Record<Exclude<PaddingMode, "zeros">, string>> = {
  reflect: "reflect",
  replicate: "edge",
  circular: "wrap",
};

/** How a problem is written, where there is more than one way. */
export interface OnnxModelOptions {
  /** The pads are left to the runtime, which has to come to those of the problem by itself. */
  readonly autoPad?: "SAME_UPPER";
  /** Attributes of Conv that have their defaults are left out, and the kernel's shape, which the weights tell. */
  readonly bare?: boolean;
}

export function onnxModel(
  p: Conv2dProblem,
  { weight, bias }: Conv2dWeights,
  { autoPad, bare = false }: OnnxModelOptions = {},
): Uint8Array {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [floats("weight", weightShape(p), weight)];
  if (bias) constants.push(floats("bias", [p.oc], bias));
  /** Each node reads what the one before it wrote. */
  let last = INPUT;
  const append = (type: string, others: readonly string[], attributes: readonly Uint8Array[] = []): void => {
    const output = `${type}_out`;
    nodes.push(node(type, [last, ...others], output, attributes));
    last = output;
  };

  if (p.paddingMode !== "zeros") {
    constants.push(integers("pads", [0, 0, p.pt, p.pl, 0, 0, p.pb, p.pr]));
    append("Pad", ["pads"], [stringAttribute("mode", PAD_MODES[p.paddingMode])]);
  }
  const pads = p.paddingMode === "zeros" ? [p.pt, p.pl, p.pb, p.pr] : [0, 0, 0, 0];
  const unless = (isDefault: boolean, attribute: Uint8Array): readonly Uint8Array[] =>
    bare && isDefault ? [] : [attribute];
  append("Conv", bias ? ["weight", "bias"] : ["weight"], [
    ...unless(true, integersAttribute("kernel_shape", [p.kh, p.kw])),
    ...unless(p.sh === 1 && p.sw === 1, integersAttribute("strides", [p.sh, p.sw])),
    ...unless(p.dh === 1 && p.dw === 1, integersAttribute("dilations", [p.dh, p.dw])),
    ...(autoPad
      ? [stringAttribute("auto_pad", autoPad)]
      : unless(
          pads.every((pad) => pad === 0),
          integersAttribute("pads", pads),
        )),
    ...unless(p.g === 1, integerAttribute("group", p.g)),
  ]);
  if (p.residual) append("Add", [RESIDUAL]);
  if (p.activation === "relu") append("Relu", []);
  else if (p.activation) {
    const [min, max] = activationRange(p.activation);
    constants.push(floats("min", [], Float32Array.of(min)), floats("max", [], Float32Array.of(max)));
    append("Clip", ["min", "max"]);
  }
  // Named last, because only then is it known which one it is; it costs nothing, as runtimes remove it.
  nodes.push(node("Identity", [last], OUTPUT, []));

  const inputs = [value(INPUT, inputShape(p)), ...(p.residual ? [value(RESIDUAL, outputShape(p))] : [])];
  const graph = message([
    ...each(1, nodes),
    [2, "convolution"],
    ...each(5, constants),
    ...each(11, inputs),
    [12, value(OUTPUT, outputShape(p))],
  ]);
  const operatorSet = message([[2, OPSET]]);
  return message([
    [1, IR_VERSION],
    [7, graph],
    [8, operatorSet],
  ]);
}

function each(number: number, values: readonly (number | string | Uint8Array)[]): readonly Field[] {
  return values.map((item) => [number, item] as const);
}

/** NodeProto. */
function node(type: string, inputs: readonly string[], output: string, attributes: readonly Uint8Array[]): Uint8Array {
  return message([...each(1, inputs), [2, output], [4, type], ...each(5, attributes)]);
}

/** AttributeProto, whose type (field 20) says which of its fields counts. */
function integerAttribute(name: string, integer: number): Uint8Array {
  return message([
    [1, name],
    [3, integer],
    [20, 2],
  ]);
}

function stringAttribute(name: string, text: string): Uint8Array {
  return message([
    [1, name],
    [4, text],
    [20, 3],
  ]);
}

function integersAttribute(name: string, list: readonly number[]): Uint8Array {
  return message([[1, name], ...each(8, list), [20, 7]]);
}

/** TensorProto; its raw data are little-endian. */
function floats(name: string, shape: readonly number[], data: Float32Array): Uint8Array {
  const raw = new Uint8Array(data.length * 4);
  const view = new DataView(raw.buffer);
  for (const [index, item] of data.entries()) view.setFloat32(index * 4, item, true);
  return message([...each(1, shape), [2, FLOAT], [8, name], [9, raw]]);
}

function integers(name: string, list: readonly number[]): Uint8Array {
  return message([[1, list.length], [2, INT64], ...each(7, list), [8, name]]);
}

/** ValueInfoProto: an input or output of floats. */
function value(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = message(shape.map((size) => [1, message([[1, size]])] as const));
  const tensorType = message([
    [1, FLOAT],
    [2, dimensions],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ]);
}
