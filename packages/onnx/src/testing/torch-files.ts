/**
 * The ONNX files that PyTorch wrote (`tooling/goldens/onnx_blocks.py`), and the comparison of a backend's results with
 * PyTorch's answers.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Backend, prepare, type PrepareOptions, type Shape, tensor } from "@convene/core";
import { readOnnx } from "../index.js";

/** With `TORCH_FILES=.cache/models/torch` the tests run the whole networks in the folder that `tooling/goldens/onnx_networks.py` wrote. */
const OTHER_FOLDER = process.env["TORCH_FILES"];
const FOLDER = OTHER_FOLDER ?? fileURLToPath(new URL("../../test-files/torch", import.meta.url));

/** The least number of files. If there are fewer, the test has lost its files. */
export const LEAST_FILES = OTHER_FOLDER === undefined ? 28 : 1;

/** The largest allowed error of an output, as a share of the output's range. */
const LIMIT = 1e-4;

/** A value of a file, in PyTorch's order of elements. */
interface Value {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface TorchFile {
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly outputs: Readonly<Record<string, Value>>;
}

type Written = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: string }>>;

/** An ONNX file and a JSON file of each name. */
export const TORCH_FILES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".onnx"))
  .map((file) => basename(file, ".onnx"));

export function readTorchFile(name: string): TorchFile {
  const answer = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as Record<
    "inputs" | "outputs",
    Written
  >;
  return {
    bytes: new Uint8Array(readFileSync(join(FOLDER, `${name}.onnx`))),
    inputs: decode(answer.inputs),
    outputs: decode(answer.outputs),
  };
}

function decode(values: Written): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { dims, data }]) => {
      const bytes = Uint8Array.from(Buffer.from(data, "base64"));
      const elements = new Float32Array(bytes.buffer);
      if (elements.length !== dims.reduce((product, size) => product * size, 1)) {
        throw new Error(`${name} has ${elements.length} elements; expected ${dims.join(" x ")}`);
      }
      return [name, { dims, data: elements }];
    }),
  );
}

/** The faults of the outputs; an empty list if all outputs are right. */
export async function faultsOf(
  backend: Backend,
  { bytes, inputs, outputs }: TorchFile,
  options: PrepareOptions = {},
): Promise<readonly string[]> {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims as unknown as Shape]));
  const model = await prepare(backend, readOnnx(bytes), shapes, options);
  try {
    const answers = await model.run(
      Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, tensor(data, shapes[name]!)])),
    );
    const [got, wanted] = [Object.keys(answers), Object.keys(outputs)].map((names) => names.join(", "));
    if (got !== wanted) return [`the outputs are ${got}; expected ${wanted}`];
    return wanted!.split(", ").flatMap((name) => difference(name, answers[name]!, outputs[name]!));
  } finally {
    model.dispose();
  }
}

/** Compares all elements, in the file's order. NaN differs from everything. */
export function difference(name: string, got: Value, wanted: Value): readonly string[] {
  const [dims, expected] = [got.dims, wanted.dims].map((each) => each.join(" x "));
  if (dims !== expected) return [`${name} has dimensions ${dims}; expected ${expected}`];
  const { min, max } = wanted.data.reduce(
    (range, x) => ({ min: Math.min(range.min, x), max: Math.max(range.max, x) }),
    { min: Infinity, max: -Infinity },
  );
  const allowed = LIMIT * (max - min);
  const worst = wanted.data.reduce(
    (found, x, at) => {
      const distance = Math.abs(got.data[at]! - x);
      const error = Number.isNaN(distance) ? Infinity : distance;
      return error <= found.error ? found : { at, error };
    },
    { at: -1, error: 0 },
  );
  if (worst.error <= allowed) return [];
  const [is, should] = [got.data[worst.at], wanted.data[worst.at]];
  return [
    `${name}[${worst.at}] is ${is}; expected ${should} within ${allowed.toExponential(1)} (range ${min} to ${max})`,
  ];
}
