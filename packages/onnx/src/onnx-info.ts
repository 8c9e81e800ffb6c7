/** `onnxInfo`: the contents of an ONNX file, whether `readOnnx` takes it or not. */

import { decodeFile } from "./decode/file.js";
import type { Dimension, ValueInfo } from "./decode/model.js";
import { isPart, unknownOperator } from "./lower/lower.js";

/** An input or output of the file. */
export interface OnnxValue {
  readonly name: string;
  /** For each dimension its size, or the name of an open size, `"?"` without a name. Undefined where the file gives no shape. */
  readonly dims: readonly Dimension[] | undefined;
}

/** The contents of an ONNX file. An open size has its name. */
export interface OnnxInfo {
  /** The program that wrote the file, and its version; `""` where the file does not say. */
  readonly producer: string;
  /** The version of the format. */
  readonly irVersion: number;
  /** The versions of operator sets, by domain; ONNX's own is `"ai.onnx"`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The number of nodes of each operator, the most frequent operator first. */
  readonly operators: Readonly<Record<string, number>>;
  /** The operators that `readOnnx` does not know. It may also refuse an operator that it knows, because of its attributes. */
  readonly unknown: readonly string[];
  /** The number of elements of all initializers and constants. */
  readonly parameters: number;
}

/**
 * Describes the contents of an ONNX file, whether `readOnnx` takes the file or not.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where `bytes` are no ONNX file, or a damaged one
 */
export function onnxInfo(bytes: Uint8Array): OnnxInfo {
  const { producer, irVersion, opsets, graph } = decodeFile(bytes);
  const counts = new Map<string, number>();
  const unknown = new Set<string>();
  let parameters = 0;
  const add = (dims: readonly number[]): void => void (parameters += dims.reduce((all, size) => all * size, 1));
  for (const node of graph.nodes) {
    const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
    counts.set(op, (counts.get(op) ?? 0) + 1);
    const attributes = new Map(node.attributes.map((attribute) => [attribute.name, attribute]));
    if (op !== "Constant" && !isPart(op) && unknownOperator(op, false) !== undefined) unknown.add(op);
    const value = op === "Constant" ? attributes.get("value")?.tensor : undefined;
    if (value) add(value.dims);
  }
  for (const { dims } of graph.initializers) add(dims);
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  const shown = ({ name, dims }: ValueInfo): OnnxValue => ({ name, dims });
  return {
    producer,
    irVersion,
    opsets: Object.fromEntries([...opsets].map(([domain, version]) => [domain || "ai.onnx", version])),
    inputs: graph.inputs.filter(({ name }) => !initializers.has(name)).map(shown),
    outputs: graph.outputs.map(shown),
    operators: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
    unknown: [...unknown],
    parameters,
  };
}
