/**
 * Exporters without an operator for a normalisation write a mean, a difference, the mean of the squared difference, a root and a quotient.
 * Both means must be over the same axes, which a pattern of pattern.ts cannot say.
 */

import type { Attribute } from "../decode/model.js";
import type { Constants, Node } from "./graph.js";
import { numberIn, type Nodes } from "./pattern.js";

export interface Normalization {
  readonly x: string;
  readonly eps: number;
  /** The axes of the means; undefined for all axes. */
  readonly axes: Attribute | undefined;
}

/** The normalisation `(x − mean) / √(variance + eps)` whose last node is `node`. */
export function matchNormalization(nodes: Nodes, node: Node): Normalization | undefined {
  const quotient = quotientOf(nodes, node);
  const root = quotient && made(nodes, quotient.root, "Sqrt");
  const sum = root && made(nodes, root.inputs[0], "Add");
  if (!sum) return undefined;
  const [first, second] = sum.inputs;
  const eps = numberIn(nodes.constants, second ?? "") ?? numberIn(nodes.constants, first ?? "");
  const variance = made(nodes, first, "ReduceMean") ?? made(nodes, second, "ReduceMean");
  const square = variance && squareOf(nodes, variance.inputs[0]);
  const [above, below] = [quotient.difference, square].map((value) => differenceOf(nodes, value));
  if (eps === undefined || !variance || !above || !below || above.x !== below.x) return undefined;
  const means = [above.mean, below.mean, variance];
  const isAlike = means.every((mean) => axesOf(mean) === axesOf(variance) && isBroadcast(mean));
  return isAlike ? { x: above.x, eps, axes: variance.attributes.get("axes") } : undefined;
}

/** The node that makes a value, if its operator is `op`. */
function made(nodes: Nodes, value: string | undefined, op: string): Node | undefined {
  const node = value === undefined ? undefined : nodes.producer(value);
  return node?.op === op && node.outputs[0] === value ? node : undefined;
}

interface Quotient {
  readonly difference: string | undefined;
  readonly root: string | undefined;
}

/** `a/b`, `a·Reciprocal(b)`, `a·(1/b)`. */
function quotientOf(nodes: Nodes, { op, inputs: [a, b] }: Node): Quotient | undefined {
  if (op === "Div") return { difference: a, root: b };
  if (op !== "Mul") return undefined;
  for (const [difference, inverse] of [
    [a, b],
    [b, a],
  ]) {
    const reciprocal = made(nodes, inverse, "Reciprocal");
    if (reciprocal) return { difference, root: reciprocal.inputs[0] };
    const one = made(nodes, inverse, "Div");
    if (one && numberIn(nodes.constants, one.inputs[0] ?? "") === 1) return { difference, root: one.inputs[1] };
  }
  return undefined;
}

/** What is squared by `Pow(d, 2)` or by `d·d`. */
function squareOf(nodes: Nodes, value: string | undefined): string | undefined {
  const power = made(nodes, value, "Pow");
  if (power) return numberIn(nodes.constants, power.inputs[1] ?? "") === 2 ? power.inputs[0] : undefined;
  const product = made(nodes, value, "Mul");
  return product && product.inputs[0] === product.inputs[1] ? product.inputs[0] : undefined;
}

/** `x − ReduceMean(x)`. */
function differenceOf(
  nodes: Nodes,
  value: string | undefined,
): { readonly x: string; readonly mean: Node } | undefined {
  const [x, of] = made(nodes, value, "Sub")?.inputs ?? [];
  const mean = made(nodes, of, "ReduceMean");
  return x !== undefined && mean?.inputs[0] === x ? { x, mean } : undefined;
}

function axesOf({ attributes }: Node): string {
  return String(attributes.get("axes")?.integers);
}

/** Whether a mean has the rank of its input, and axes that are known. */
function isBroadcast({ attributes, inputs }: Node): boolean {
  return !inputs[1] && (attributes.get("keepdims")?.integer ?? 1) === 1;
}

/** A ReduceMean whose axes are an attribute, as before operator set 18, if they are a constant input. */
export function withAxes(node: Node, constants: Constants): Node {
  const [x, axes] = node.inputs;
  if (node.op !== "ReduceMean" || x === undefined || !axes) return node;
  const given = constants.get(axes);
  // Without axes another attribute says what is meant.
  if (given?.kind !== "integer" || given.data.length === 0) return node;
  const none = { float: undefined, integer: undefined, text: undefined, tensor: undefined, floats: [] };
  const attribute = { name: "axes", ...none, integers: [...given.data] };
  return { ...node, inputs: [x], attributes: new Map([...node.attributes, ["axes", attribute]]) };
}
