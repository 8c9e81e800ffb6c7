/** A network from an ONNX file, with the sizes that it is run at. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { ConveneError, type Network, type Shape4 } from "@convene/core";
import { type OnnxInput, type OnnxNetwork, onnxInfo, readOnnx } from "@convene/onnx";
import { oneLine } from "../command-error.js";
import { InputError } from "../input-error.js";
import { networkLayers, type Workload } from "./workload.js";

export interface OnnxFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly source: OnnxNetwork;
  /** `[n, c, h, w]` of each input. */
  readonly shapes: Readonly<Record<string, Shape4>>;
  readonly network: Network;
}

/** What comes before a shape that is typed: `--shape 1x3x224x224`, or `--shape image=1x3x224x224`. */
const SHAPE = /^(?:(.+)=)?(\d+)x(\d+)x(\d+)x(\d+)$/;

/**
 * Reads a file, at the sizes that it has; where it leaves sizes open, at those of `shapes`, and with a batch of one.
 *
 * @param shapes as typed: `1x3x224x224` for the only input, `name=1x3x224x224` for one of several
 * @throws InputError naming the file and what is wrong
 */
export function readOnnxFile(path: string, shapes: readonly string[] = []): OnnxFile {
  const fail = (why: string, cause?: unknown): never => {
    throw new InputError(`${path}: ${why}`, { cause });
  };
  let bytes = new Uint8Array(0);
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    fail(`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`, error);
  }
  try {
    const source = readOnnx(bytes);
    const given = parseShapes(source, shapes);
    const own = source.inputs.map(
      (name) => [name, given.get(name) ?? shapeOf(name, source.inputDetails[name]!)] as const,
    );
    const resolved = Object.fromEntries(own);
    return { path, bytes, source, shapes: resolved, network: source.at(resolved) };
  } catch (error) {
    if (error instanceof InputError) return fail(error.message, error);
    if (error instanceof ConveneError) return fail(oneLine(error.message), error);
    throw error;
  }
}

function parseShapes({ inputs }: OnnxNetwork, shapes: readonly string[]): ReadonlyMap<string, Shape4> {
  return new Map(
    shapes.map((text) => {
      const parts = SHAPE.exec(text);
      if (!parts)
        throw new InputError(
          `--shape "${text}" must be sizes in the order n, c, h, w, such as 1x3x224x224 or image=1x3x224x224`,
        );
      const [, name = inputs.length === 1 ? inputs[0]! : undefined, ...sizes] = parts;
      if (name === undefined || !inputs.includes(name)) {
        throw new InputError(`--shape "${text}" must name one of the inputs: ${inputs.join(", ")}`);
      }
      // The pattern has four.
      return [name, sizes.map(Number) as [number, number, number, number]];
    }),
  );
}

/** Sizes as the file has them, in the order n, c, h, w. An open batch is one. */
function shapeOf(name: string, { dims, layout }: OnnxInput): Shape4 {
  const [first, ...rest] = dims;
  const [n, ...sizes] = [typeof first === "string" ? 1 : (first ?? 1), ...rest];
  const open = sizes.filter((size) => typeof size === "string");
  if (open.length > 0) {
    const example = ["1", ...(layout === "nchw" ? sizes : [sizes.at(-1), ...sizes.slice(0, -1)])]
      .map((size, axis) => (typeof size === "string" ? [1, 3, 224, 224][axis] : size))
      .join("x");
    throw new InputError(
      `the input ${name} has sizes that are open ([${dims.join(", ")}]): give them, in the order n, c, h, w, as in --shape ${example}`,
    );
  }
  const known = sizes as number[];
  const [c = 1, h = 1, w = 1] = layout === "nchw" ? known : [known.at(-1)!, ...known.slice(0, -1)];
  return [n, c, h, w];
}

/** As a workload: its convolutions as layers, and the whole. */
export function onnxWorkload(path: string, shapes: readonly string[] = []): Workload {
  const { bytes, network, shapes: inputShapes } = readOnnxFile(path, shapes);
  const { producer, opsets } = onnxInfo(bytes);
  const others = network.layers.filter(({ kind }) => kind === "operation").length;
  const sizes = Object.values(inputShapes).map((shape) => shape.join(" x "));
  const from = producer === "" ? "" : `, written by ${producer}`;
  return {
    name: oneLine(basename(path)),
    target: [path, ...shapes.flatMap((shape) => ["--shape", shape])].join(" "),
    about: oneLine(
      `an ONNX file (operator set ${opsets["ai.onnx"] ?? "?"}${from}) at ${sizes.join(", ")}; ${others} of ${network.layers.length} layers are no convolutions and are timed with the whole only`,
    ),
    layers: networkLayers(network, inputShapes),
    chain: { network, inputShapes, trained: true },
  };
}
