/** `readOnnx`: an ONNX file as a source of networks, one for each size of its inputs. */

import { ConveneError, type Layout, type Network, type NetworkSource, type Shape, type Shape4 } from "@convene/core";
import { checkKeys } from "@convene/core/backend";
import type { Dimension, ValueInfo } from "./decode/model.js";
import { decodeFile } from "./decode/file.js";
import type { ExternalData } from "./decode/tensor.js";
import { fileError } from "./decode/wire.js";
import { buildGraph, type Graph } from "./graph/graph.js";
import { rewrite } from "./graph/rewrite.js";
import { dimsOf, type Feature, featureOf, ordersOf } from "./lower/feature.js";
import { fuse, type Fused } from "./lower/fuse.js";
import { inputLetters } from "./lower/input-layout.js";
import { foldConstants, lower, refusal, type Refused, unknownNodes } from "./lower/lower.js";
import { LayerList } from "./lower/layers.js";
import { shapeFor } from "./lower/place.js";
import { type Output, toNetwork } from "./lower/to-core.js";

/** Options of `readOnnx`. */
export interface ReadOnnxOptions {
  /** Names of values of the file that become the outputs, instead of the file's own. The nodes after them are left out. */
  readonly until?: string | readonly string[];
  /**
   * Gives the bytes of another file that holds weights. The function is called while a network is made, with the name
   * of the other file in the ONNX file (`location`). This name comes from the ONNX file, so check the name before you
   * open a file of that name.
   */
  readonly externalData?: ExternalData;
}

/** An input of the file. */
export interface OnnxInput {
  /** The dimensions in the file: a size, or the name of an open size. */
  readonly dims: readonly Dimension[];
  /** The file's layout: a tensor in this layout need not be transposed. The shape for `prepare` is `[n, c, h, w]` in either layout. */
  readonly layout: Layout;
}

/** An ONNX file for `prepare`: it gives a network for any input sizes that the file allows. */
export interface OnnxNetwork extends NetworkSource {
  /** Names of the inputs, at least one. */
  readonly inputs: readonly [string, ...string[]];
  readonly inputDetails: Readonly<Record<string, OnnxInput>>;
  /** Names of the outputs, at least one. */
  readonly outputs: readonly [string, ...string[]];
  /**
   * The network for inputs of these shapes, `[n, c, h, w]` or `[c, h, w]`. The outputs have the file's dimensions and the file's order of
   * elements.
   *
   * @throws ConveneError `ERR_SHAPE` for shapes that the file does not allow; `ERR_UNSUPPORTED` with a list of all nodes that are not
   * supported; `ERR_INVALID_OPTION`
   */
  at(inputShapes: Readonly<Record<string, Shape>>): Network;
}

/**
 * Reads an ONNX file of operator set 7 to 22. Weights are read when a network is made. Float32 weights are views of `bytes`, so do not
 * change `bytes` afterwards.
 *
 * @example
 * const model = await prepare(await cpu(), readOnnx(bytes), { input: [1, 3, 128, 128] });
 * @throws ConveneError `ERR_INVALID_OPTION` where `bytes` are no ONNX file or a damaged one, with the reason, or where weights lie in
 * another file and `externalData` is missing; `ERR_UNSUPPORTED` with a list of all nodes whose operator is not known
 */
export function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions = {}): OnnxNetwork {
  const { until, externalData } = checkKeys("readOnnx options", options, ["until", "externalData"]);
  if (externalData !== undefined && typeof externalData !== "function") {
    throw new ConveneError("ERR_INVALID_OPTION", "externalData must be a function from a location to bytes");
  }
  const model = decodeFile(bytes);
  const outputs = checkUntil(until);
  const built = buildGraph(model, { externalData, ...(outputs && { until: outputs }) });
  const graph = rewrite(foldConstants(built));
  const unknown = unknownNodes(graph);
  if (unknown.length > 0) throw refusalAtOwnSizes(graph, unknown) ?? refusal(unknown, graph);
  const inputs = namesOf(graph.inputs);
  if (!inputs) throw fileError("has no inputs, so its outputs are constants", "ERR_UNSUPPORTED");
  // If the weights lie in another file, and the file or the function is missing, the first weight tells so here, and not in `prepare`.
  graph.nodes.some((node) => node.inputs.some((name) => graph.constants.external(name)));

  const letters = inputLetters(graph);
  const details = graph.inputs.map((input): [string, OnnxInput] => {
    const layout = letters.get(input.name)!.endsWith("c") && letters.get(input.name)!.length > 2 ? "nhwc" : "nchw";
    return [input.name, Object.freeze({ dims: Object.freeze([...input.dims!]), layout })];
  });
  return Object.freeze({
    inputs,
    // `fromEntries` makes own properties, also of an input with the name "__proto__".
    inputDetails: Object.freeze(Object.fromEntries(details)),
    outputs: namesOf(graph.outputs)!,
    at: (inputShapes: Readonly<Record<string, Shape>>) => networkAt(graph, letters, inputShapes),
  });
}

/** A network has some thousands of nodes at most. A file with more gets its error sooner. */
const MOST_NODES = 20_000;

/** The error with the nodes too that the file's own sizes show to be unsupported; undefined where a size is open. */
function refusalAtOwnSizes(graph: Graph, unknown: readonly Refused[]): ConveneError | undefined {
  const inputs = graph.nodes.length > MOST_NODES ? undefined : ownInputs(graph);
  if (!inputs) return undefined;
  try {
    lower(graph, inputs, unknown);
    return undefined;
  } catch (error) {
    if (error instanceof ConveneError) return error;
    throw error;
  }
}

/** The inputs at the file's own sizes; undefined where a size is open, or is none of a tensor. */
function ownInputs(graph: Graph): ReadonlyMap<string, Feature> | undefined {
  if (graph.inputs.some(({ dims }) => dims!.some((size) => typeof size === "string"))) return undefined;
  try {
    const letters = inputLetters(graph);
    const inputs = graph.inputs.map((input, index): [string, Feature] => {
      const order = letters.get(input.name)!;
      return [input.name, inputFeature(input, index, order, shapeFor(input.dims as number[], order), new Map())];
    });
    return new Map(inputs);
  } catch (error) {
    if (error instanceof ConveneError) return undefined;
    throw error;
  }
}

/** Undefined where there is none. */
function namesOf(values: readonly { readonly name: string }[]): readonly [string, ...string[]] | undefined {
  const [first, ...others] = values.map(({ name }) => name);
  return first === undefined ? undefined : Object.freeze([first, ...others] as const);
}

function checkUntil(until: unknown): readonly string[] | undefined {
  if (until === undefined) return undefined;
  const names = typeof until === "string" ? [until] : until;
  if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string"))
    return names as string[];
  throw new ConveneError("ERR_INVALID_OPTION", "until must be the name of a value, or a list of such names");
}

function networkAt(
  graph: Graph,
  letters: ReadonlyMap<string, string>,
  inputShapes: Readonly<Record<string, Shape>>,
): Network {
  const names = graph.inputs.map(({ name }) => name);
  const given = checkKeys("input shapes", inputShapes, names);
  const symbols = new Map<string, number>();
  const inputs = graph.inputs.map((input, index): [string, Feature] => {
    const shape = given[input.name];
    if (shape === undefined)
      throw new ConveneError("ERR_SHAPE", `the shape of the input ${JSON.stringify(input.name)} is missing`);
    return [input.name, inputFeature(input, index, letters.get(input.name)!, shape, symbols)];
  });
  const lowered = lower(graph, new Map(inputs));
  const outputs = [...lowered.outputs].map(([name, value]) => outputOf(name, value));
  const fused = withLayer(
    fuse(
      lowered.layers,
      outputs.map(({ value }) => value),
    ),
    inputs,
  );
  return toNetwork(
    names,
    fused.layers,
    outputs.map((output, index) => ({ ...output, value: fused.outputs[index]! })),
  );
}

/** Adds a layer that copies if the file only gives its input another name, because a network has at least one layer. */
function withLayer(fused: Fused, inputs: readonly (readonly [name: string, value: Feature])[]): Fused {
  if (fused.layers.length > 0) return fused;
  const list = new LayerList();
  list.node = "copy";
  const first = fused.outputs[0]!;
  const x = inputs[-1 - first]![1];
  const [on, oc, oh, ow] = x.shape;
  list.operation([x], { kind: "reshape", ic: oc, ih: oh, iw: ow, on, oc, oh, ow });
  return { layers: list.layers, outputs: fused.outputs.map((value) => (value === first ? 0 : value)) };
}

function inputFeature(
  { name, dims }: ValueInfo,
  index: number,
  letters: string,
  shape: Shape,
  symbols: Map<string, number>,
): Feature {
  const [n, c, h, w] = (shape.length === 3 ? [1, ...shape] : shape) as Shape4;
  const shown = `the shape [${shape.join(", ")}] of the input ${JSON.stringify(name)}`;
  const sizes = [...letters].map((letter) => ({ n, c, h, w })[letter as "n"]);
  const expected = shapeFor(sizes, letters);
  for (const [axis, size] of [n, c, h, w].entries()) {
    if (!Number.isInteger(size) || size < 1)
      throw new ConveneError("ERR_SHAPE", `${shown} must have sizes of at least 1; an ONNX file has no empty batch`);
    if (expected[axis] !== size)
      throw new ConveneError(
        "ERR_SHAPE",
        `${shown} must be 1 in ${"nchw"[axis]}: the file's input has ${letters.length} dimensions`,
      );
  }
  for (const [axis, dim] of dims!.entries()) {
    const size = sizes[axis]!;
    const wanted = typeof dim === "number" ? dim : dim === "?" ? size : (symbols.get(dim) ?? size);
    if (typeof dim === "string" && dim !== "?") symbols.set(dim, wanted);
    if (wanted === size) continue;
    const as = `[${dims!.join(", ")}] (${[...letters].join(", ")})`;
    // The caller may have written [n, h, w, c], which the file itself may have.
    const remedy =
      letters.length === 4 && c !== w && dims![letters.indexOf("c")] === w
        ? `shapes are [n, c, h, w]: [${[n, w, c, h].join(", ")}]`
        : "to run other sizes, export the network with dynamic axes";
    throw new ConveneError(
      "ERR_SHAPE",
      `${shown} does not fit the file's ${as}: ${letters[axis]} is ${size}, and must be ${wanted}; ${remedy}`,
    );
  }
  return featureOf(-1 - index, [n, c, h, w], letters);
}

/** An output in the layout whose order of elements is the file's. Lowering has made sure that there is such a layout. */
function outputOf(name: string, value: Feature): Output {
  return { name, value: value.value, layout: ordersOf(value)[0]!, dims: dimsOf(value) };
}
