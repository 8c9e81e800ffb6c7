/** A workload from the bytes of an ONNX file and the sizes of its inputs. */

import { InputError, oneLine } from "@convene/conformance";
import { ConveneError, type Network, type Shape4 } from "@convene/core";
import { type OnnxInput, type OnnxNetwork, onnxInfo, readOnnx } from "@convene/onnx";
import { networkLayers, type OnnxBytes, type Workload } from "./workload.js";

export interface SizedNetwork extends OnnxBytes {
  readonly source: OnnxNetwork;
  /** `[n, c, h, w]` of each input. */
  readonly shapes: Readonly<Record<string, Shape4>>;
  readonly network: Network;
}

export type InputShapesOf = (source: OnnxNetwork) => Readonly<Record<string, Shape4>>;

/**
 * Reads a file with its own sizes. For open sizes it takes the given ones, and a batch of one.
 *
 * @param label the name of the file in errors
 * @param open reads the file at a location, relative to the ONNX file. It is called once for each location, and may throw an InputError
 * @param until the values at which the network ends; the file's outputs if it is left out
 * @throws InputError with the file's name and the fault
 */
export function readSizedNetwork(
  label: string,
  bytes: Uint8Array,
  given: InputShapesOf,
  open: (location: string) => Uint8Array,
  until?: readonly string[],
): SizedNetwork {
  const external = new Map<string, Uint8Array>();
  const externalData = (location: string): Uint8Array => {
    const known = external.get(location) ?? open(location);
    external.set(location, known);
    return known;
  };
  try {
    const source = readOnnx(bytes, { externalData, ...(until && { until }) });
    const own = given(source);
    const shapes = Object.fromEntries(
      source.inputs.map((name) => [
        name,
        (Object.hasOwn(own, name) ? own[name] : undefined) ?? shapeOf(name, source.inputDetails[name]!),
      ]),
    );
    const network = source.at(shapes);
    return { bytes, external: Object.fromEntries(external), source, shapes, network };
  } catch (error) {
    if (error instanceof InputError || error instanceof ConveneError)
      throw new InputError(`${label}: ${oneLine(error.message)}`, { cause: error });
    throw error;
  }
}

/** The file's sizes in the order n, c, h, w. An open batch becomes 1. */
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

/**
 * A workload from a file's bytes: its convolutions as layers, and the whole network.
 *
 * @param name the file's name
 * @param external the files that have its weights, by their names; their folders do not count
 * @throws InputError with the file's name and the fault
 */
export function onnxWorkload(
  name: string,
  bytes: Uint8Array,
  shapes: Readonly<Record<string, Shape4>> = {},
  external: OnnxBytes["external"] = {},
): Workload {
  const open = (location: string): Uint8Array => fileFor(location, external);
  return sizedWorkload(
    name,
    readSizedNetwork(name, bytes, () => shapes, open),
  );
}

/**
 * The file of a location, by its name without folders, because a browser gives files without folders.
 *
 * @throws InputError with the files that there are
 */
export function fileFor(location: string, files: OnnxBytes["external"]): Uint8Array {
  const name = location.split(/[/\\]/).at(-1)!;
  if (Object.hasOwn(files, name)) return files[name]!;
  const others = Object.keys(files);
  const found = others.length === 0 ? "was not given" : `is not among ${others.join(", ")}`;
  throw new InputError(
    `its weights lie in another file, ${JSON.stringify(name)}, which ${found}. Give both files at once`,
  );
}

export function sizedWorkload(name: string, { bytes, external, source, network, shapes }: SizedNetwork): Workload {
  const { producer, opsets } = onnxInfo(bytes);
  const others = network.layers.filter(({ kind }) => kind === "operation").length;
  const sizes = Object.values(shapes).map((shape) => shape.join(" x "));
  const from = producer === "" ? "" : `, written by ${producer}`;
  return {
    name: oneLine(name),
    about: oneLine(
      `an ONNX file (operator set ${opsets["ai.onnx"] ?? "?"}${from}) at ${sizes.join(", ")}; ${others} of ${network.layers.length} layers are no convolutions and are timed with the whole only`,
    ),
    layers: networkLayers(network, shapes),
    chain: { network, inputShapes: shapes, trained: true, onnx: { bytes, external, inputs: source.inputDetails } },
  };
}
