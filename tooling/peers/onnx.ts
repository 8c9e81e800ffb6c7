/**
 * Makes an ONNX model of a problem, or of a whole network of convolutions: Conv, a Pad before it if the padding is not zeros, and Add
 * and Relu or Clip after it.
 */

import {
  type Conv2dProblem,
  type Conv2dWeights,
  inputShape,
  isOperationProblem,
  type Network,
  outputShape,
  type PaddingMode,
  type Shape4,
  weightShape,
} from "@convene/core";
import { activationRange } from "@convene/core/backend";
import {
  floats,
  integerAttribute,
  integers,
  integersAttribute,
  modelOf,
  node,
  stringAttribute,
  value,
} from "./onnx-pieces.js";

export const INPUT = "x";
export const RESIDUAL = "residual";
export const OUTPUT = "y";

/** The names of the padding modes in ONNX's Pad. */
const PAD_MODES: Readonly<Record<Exclude<PaddingMode, "zeros">, string>> = {
  reflect: "reflect",
  replicate: "edge",
  circular: "wrap",
};

/** Options for a problem that can be written in several ways. */
export interface OnnxModelOptions {
  /** The runtime computes the pads, and must get those of the problem. */
  readonly autoPad?: "SAME_UPPER";
  /** Whether Conv's attributes with default values are left out, and the kernel's shape, which follows from the weights. */
  readonly bare?: boolean;
}

export function onnxModel(p: Conv2dProblem, weights: Conv2dWeights, options: OnnxModelOptions = {}): Uint8Array {
  const { nodes, constants } = convolution(p, weights, { input: INPUT, residual: RESIDUAL, output: OUTPUT }, options);
  return modelOf({
    nodes,
    constants,
    inputs: [value(INPUT, inputShape(p)), ...(p.residual ? [value(RESIDUAL, outputShape(p))] : [])],
    outputs: [value(OUTPUT, outputShape(p))],
  });
}

/** A model of a network, with the network's names of inputs and outputs, in NCHW. @returns `undefined` if a layer is no convolution */
export function onnxNetwork(network: Network, inputShapes: Readonly<Record<string, Shape4>>): Uint8Array | undefined {
  const names = new Map(network.inputs.map((name, index) => [-1 - index, name]));
  for (const { name, value: at } of network.outputs) names.set(at, name);
  const nameOf = (at: number): string => names.get(at) ?? `value ${at}`;
  const problems = network.problems(inputShapes);
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  for (const [index, layer] of network.layers.entries()) {
    const problem = problems[index]!;
    if (layer.kind !== "conv2d" || isOperationProblem(problem)) return undefined;
    const residual = layer.residual === undefined ? "" : nameOf(layer.residual);
    const ends = { input: nameOf(layer.input), residual, output: nameOf(index) };
    const made = convolution(problem, layer.conv.weights, ends, {}, ` ${index}`);
    nodes.push(...made.nodes);
    constants.push(...made.constants);
  }
  return modelOf({
    nodes,
    constants,
    inputs: network.inputs.map((name) => value(name, inputShapes[name]!)),
    outputs: network.outputs.map(({ name, value: at }) => value(name, outputShape(problems[at] as Conv2dProblem))),
  });
}

/** @param label a suffix for the names of this convolution's own values */
function convolution(
  p: Conv2dProblem,
  { weight, bias }: Conv2dWeights,
  ends: { readonly input: string; readonly residual: string; readonly output: string },
  { autoPad, bare = false }: OnnxModelOptions,
  label = "",
): { readonly nodes: readonly Uint8Array[]; readonly constants: readonly Uint8Array[] } {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [floats(`weight${label}`, weightShape(p), weight)];
  if (bias) constants.push(floats(`bias${label}`, [p.oc], bias));
  /** The name of the latest value. Each node reads the value of the node before it. */
  let last = ends.input;
  const append = (type: string, others: readonly string[], attributes: readonly Uint8Array[] = []): void => {
    const output = `${type}_out${label}`;
    nodes.push(node(type, [last, ...others], output, attributes));
    last = output;
  };

  if (p.paddingMode !== "zeros") {
    constants.push(integers(`pads${label}`, [0, 0, p.pt, p.pl, 0, 0, p.pb, p.pr]));
    append("Pad", [`pads${label}`], [stringAttribute("mode", PAD_MODES[p.paddingMode])]);
  }
  const pads = p.paddingMode === "zeros" ? [p.pt, p.pl, p.pb, p.pr] : [0, 0, 0, 0];
  const unless = (isDefault: boolean, attribute: Uint8Array): readonly Uint8Array[] =>
    bare && isDefault ? [] : [attribute];
  append(
    "Conv",
    [`weight${label}`, ...(bias ? [`bias${label}`] : [])],
    [
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
    ],
  );
  if (p.residual) append("Add", [ends.residual]);
  if (p.activation === "relu") append("Relu", []);
  else if (p.activation) {
    const [min, max] = activationRange(p.activation);
    constants.push(floats(`min${label}`, [], Float32Array.of(min)), floats(`max${label}`, [], Float32Array.of(max)));
    append("Clip", [`min${label}`, `max${label}`]);
  }
  // Only now the last value is known, so an Identity gives it the output's name. Runtimes remove it, so it costs nothing.
  nodes.push(node("Identity", [last], ends.output, []));
  return { nodes, constants };
}
