/**
 * Rewrites: exporters write some functions as several nodes, and a rule replaces these nodes by one operator. One
 * driver applies all rules.
 */

import { floatAttribute } from "./attributes.js";
import { type Graph, type Node, scalar, withoutUnused } from "./graph.js";
import { matchNormalization, withAxes } from "./normalization-pattern.js";
import { match, type Match, type Nodes, type Pattern } from "./pattern.js";

interface Rule {
  readonly name: string;
  readonly from: Exclude<Pattern, string | number>;
  /** The new operator, its input x, and the numbers that become its constants. */
  readonly to: readonly [op: string, x: "x", ...numbers: (number | string)[]];
}

/**
 * Operators that rules make. ONNX has no SiLU before operator set 24. Its Gelu, from operator set 20 on, has the tanh
 * form as an attribute.
 */
export const SILU = "convene.Silu";
export const GELU_TANH = "convene.GeluTanh";
/** `(x − mean) / √(variance + eps)`; see normalization-pattern.ts. Its inputs are x and eps, and its attribute is the axes. */
export const NORMALIZATION = "convene.Normalization";

const SIXTH = 1 / 6;
const erf: Pattern = ["Erf", ["Product", "x", Math.SQRT1_2]];
const tanhOf = (cube: Pattern): Pattern => [
  "Tanh",
  ["Product", Math.sqrt(2 / Math.PI), ["Add", "x", ["Product", 0.044715, cube]]],
];

/** The rules. The first that matches is applied. Other rules may match its result. */
const RULES: readonly Rule[] = [
  { name: "Max(x, a)", from: ["Max", "x", "#a"], to: ["Clip", "x", "#a", Infinity] },
  { name: "Min(x, b)", from: ["Min", "x", "#b"], to: ["Clip", "x", -Infinity, "#b"] },
  {
    name: "Clip(Clip(x, a, ∞), -∞, b)",
    from: ["Clip", ["Clip", "x", "#a", Infinity], -Infinity, "#b"],
    to: ["Clip", "x", "#a", "#b"],
  },
  { name: "Clip(Relu(x), -∞, b)", from: ["Clip", ["Relu", "x"], -Infinity, "#b"], to: ["Clip", "x", 0, "#b"] },
  {
    name: "x·Clip(x + 3, 0, 6)/6",
    from: ["Product", "x", SIXTH, ["Clip", ["Add", "x", 3], 0, 6]],
    to: ["HardSwish", "x"],
  },
  { name: "x·HardSigmoid(x)", from: ["Product", "x", ["HardSigmoid", "x", SIXTH, 0.5]], to: ["HardSwish", "x"] },
  {
    name: "Clip(x + 3, 0, 6)/6",
    from: ["Product", SIXTH, ["Clip", ["Add", "x", 3], 0, 6]],
    to: ["HardSigmoid", "x", SIXTH, 0.5],
  },
  {
    name: "Clip(a·x + b, 0, 1)",
    from: ["Clip", ["Add", ["Product", "x", "#a"], "#b"], 0, 1],
    to: ["HardSigmoid", "x", "#a", "#b"],
  },
  { name: "x·Sigmoid(x)", from: ["Product", "x", ["Sigmoid", "x"]], to: [SILU, "x"] },
  { name: "x/2·(1 + Erf(x/√2))", from: ["Product", "x", 0.5, ["Add", erf, 1]], to: ["Gelu", "x"] },
  {
    name: "x/2·(1 + Tanh(√(2/π)·(x + 0.044715·x³)))",
    from: ["Product", "x", 0.5, ["Add", tanhOf(["Pow", "x", 3]), 1]],
    to: [GELU_TANH, "x"],
  },
  {
    name: "x/2·(1 + Tanh(√(2/π)·(x + 0.044715·x·x·x)))",
    from: ["Product", "x", 0.5, ["Add", tanhOf(["Product", "x", "x", "x"]), 1]],
    to: [GELU_TANH, "x"],
  },
];

/** Numbers that are attributes in some operator sets and inputs in others. They become inputs, so that a pattern finds them in one place. */
const NUMBERS: Readonly<Record<string, readonly (readonly [attribute: string, standard: number])[]>> = {
  Clip: [
    ["min", -Infinity],
    ["max", Infinity],
  ],
  HardSigmoid: [
    ["alpha", 0.2],
    ["beta", 0.5],
  ],
};

/** Applies the rules to every node, in order, until none matches. */
export function rewrite(graph: Graph): Graph {
  const { constants } = graph;
  const producers = new Map<string, Node>();
  const uses = new Map<string, number>();
  const use = (value: string): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of graph.nodes) for (const input of node.inputs) use(input);
  for (const { value } of graph.outputs) use(value);
  const nodes: Nodes = {
    producer: (value) => producers.get(value),
    uses: (value) => uses.get(value) ?? 0,
    constants,
  };
  const made = graph.nodes.map((original) => {
    let node = withNumbers(withAxes(withoutIndices(original, nodes), constants), graph);
    // The inputs of a node have been rewritten before. Each rule gives a node with fewer or simpler inputs, so the loop ends.
    for (let next = applyRules(nodes, node, graph); next; next = applyRules(nodes, node, graph)) node = next;
    for (const output of node.outputs) producers.set(output, node);
    return node;
  });
  const outputs = graph.outputs.map(({ value }) => value);
  return { ...graph, nodes: withoutUnused(made, outputs) };
}

/** The rules by the operator of their last node. Most nodes of a file have none. */
const RULES_OF: ReadonlyMap<string, readonly Rule[]> = new Map(
  ["Clip", "Div", "Max", "Min", "Mul"].map((op) => [op, RULES.filter(({ from }) => endsWith(from, op))]),
);

function endsWith([first]: Exclude<Pattern, string | number>, op: string): boolean {
  return first === "Product" ? op === "Mul" || op === "Div" : first === op;
}

function applyRules(nodes: Nodes, node: Node, graph: Graph): Node | undefined {
  for (const { from, to } of RULES_OF.get(node.op) ?? []) {
    const found = match(nodes, from, node);
    if (found) return withInputs(node, to, found, graph);
  }
  const found = matchNormalization(nodes, node);
  if (!found) return undefined;
  return {
    name: node.name,
    op: NORMALIZATION,
    inputs: [found.x, ...addNumbers([found.eps], graph)],
    outputs: node.outputs,
    attributes: new Map(found.axes ? [["axes", found.axes]] : []),
  };
}

function withInputs(node: Node, [op, , ...numbers]: Rule["to"], found: Match, graph: Graph): Node {
  const x = found.values.get("x")!;
  const values = numbers.map((each) => (typeof each === "number" ? each : found.numbers.get(each)!));
  return {
    name: node.name,
    op,
    inputs: [x, ...addNumbers(values, graph)],
    outputs: node.outputs,
    attributes: new Map(),
  };
}

/** Removes MaxPool's second output, the indices, if nothing reads it. Some exporters name it all the same. */
function withoutIndices(node: Node, nodes: Nodes): Node {
  const [y, indices = ""] = node.outputs;
  return node.op === "MaxPool" && nodes.uses(indices) === 0 ? { ...node, outputs: [y ?? ""] } : node;
}

function withNumbers(node: Node, graph: Graph): Node {
  const numbers = Object.hasOwn(NUMBERS, node.op) ? NUMBERS[node.op] : undefined;
  const [x, ...given] = node.inputs;
  if (!numbers || x === undefined) return node;
  const standards = addNumbers(
    numbers.map(([name, standard]) => floatAttribute(node, name, standard)),
    graph,
  );
  return { ...node, inputs: [x, ...standards.map((standard, index) => given[index] || standard)] };
}

/** Adds numbers as constants of the graph, under names that exporters do not use. */
function addNumbers(values: readonly number[], { constants }: Graph): string[] {
  return values.map((value) => {
    const name = `\u0000${value}`;
    if (!constants.has(name)) constants.add(name, scalar(value, "float"));
    return name;
  });
}
