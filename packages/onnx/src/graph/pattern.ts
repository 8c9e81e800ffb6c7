/**
 * Patterns over nodes as data. `["Add", "x", 3]` is an Add node of any value, which gets the name x, and the constant
 * 3. A name that occurs twice stands for one value. `"#a"` is any constant of one number. Operands of Add and of
 * Product come in any order. `["Product", ...]` is a tree of Mul nodes, and of Div nodes by constants, with these
 * factors; all constants of the tree are multiplied into one.
 */

import type { Constants, Node } from "./graph.js";

export type Pattern = string | number | readonly Pattern[];

/** The values that the names of a pattern stand for. */
export interface Match {
  readonly values: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** The nodes among which a pattern is searched for. */
export interface Nodes {
  readonly producer: (value: string) => Node | undefined;
  /** The number of nodes and outputs that read a value. */
  readonly uses: (value: string) => number;
  readonly constants: Constants;
}

const COMMUTATIVE = new Set(["Add", "Max", "Min"]);
/** The relative tolerance for constants, because files hold rounded ones, some rounded to half precision. */
const TOLERANCE = 1e-4;
/** The most factors of a product. The patterns have few, so a longer chain in a file matches none. */
const MOST_FACTORS = 6;

/** The number that a constant holds; undefined for a constant of more elements. */
export function numberIn(constants: Constants, name: string): number | undefined {
  // A constant of several elements does not count, also if they are equal: it may make the value larger, and a pattern
  // does not know the value's size.
  return constants.dims(name)?.every((size) => size === 1) ? constants.get(name)?.data[0] : undefined;
}

export function match(nodes: Nodes, pattern: Pattern, node: Node): Match | undefined {
  const values = new Map<string, string>();
  const numbers = new Map<string, number>();
  return matchNode(nodes, pattern, node, values, numbers) ? { values, numbers } : undefined;
}

type Bound<T> = Map<string, T>;

function matchNode(nodes: Nodes, pattern: Pattern, node: Node, values: Bound<string>, numbers: Bound<number>): boolean {
  if (typeof pattern === "string" || typeof pattern === "number") return false;
  const [op, ...inputs] = pattern as readonly [string, ...Pattern[]];
  if (op === "Product") {
    const factors = factorsOf(nodes, node);
    return factors !== undefined && matchProduct(nodes, inputs, factors, values, numbers);
  }
  if (node.op !== op || node.inputs.length !== inputs.length) return false;
  if (!COMMUTATIVE.has(op)) return matchAll(nodes, inputs, node.inputs, values, numbers);
  return matchAnyOrder(nodes, inputs, node.inputs, values, numbers);
}

/** Tries a match, and removes its bindings where it fails. */
function attempt(values: Bound<string>, numbers: Bound<number>, matches: () => boolean): boolean {
  const [oldValues, oldNumbers] = [[...values], [...numbers]];
  if (matches()) return true;
  values.clear();
  numbers.clear();
  for (const [key, value] of oldValues) values.set(key, value);
  for (const [key, value] of oldNumbers) numbers.set(key, value);
  return false;
}

function matchAll(
  nodes: Nodes,
  patterns: readonly Pattern[],
  inputs: readonly string[],
  values: Bound<string>,
  numbers: Bound<number>,
): boolean {
  return patterns.every((pattern, index) => matchValue(nodes, pattern, inputs[index]!, values, numbers));
}

function matchAnyOrder(
  nodes: Nodes,
  patterns: readonly Pattern[],
  inputs: readonly string[],
  values: Bound<string>,
  numbers: Bound<number>,
): boolean {
  const [first, ...rest] = patterns;
  if (first === undefined) return inputs.length === 0;
  return inputs.some((input, index) =>
    attempt(values, numbers, () => {
      const others = inputs.filter((_, other) => other !== index);
      return matchValue(nodes, first, input, values, numbers) && matchAnyOrder(nodes, rest, others, values, numbers);
    }),
  );
}

function matchValue(
  nodes: Nodes,
  pattern: Pattern,
  value: string,
  values: Bound<string>,
  numbers: Bound<number>,
): boolean {
  if (typeof pattern === "object") {
    const node = nodes.producer(value);
    return node !== undefined && node.outputs[0] === value && matchNode(nodes, pattern, node, values, numbers);
  }
  const constant = numberIn(nodes.constants, value);
  if (typeof pattern === "number") return constant !== undefined && near(constant, pattern);
  if (pattern.startsWith("#")) return constant !== undefined && matchNumber(numbers, pattern, constant);
  if (nodes.constants.has(value)) return false;
  const bound = values.get(pattern);
  if (bound === undefined) values.set(pattern, value);
  return bound === undefined || bound === value;
}

function matchNumber(numbers: Bound<number>, name: string, value: number): boolean {
  numbers.set(name, value);
  return true;
}

function near(a: number, b: number): boolean {
  // An infinity is near no other number.
  return a === b || Math.abs(a - b) / Math.abs(b) <= TOLERANCE;
}

interface Factors {
  readonly values: readonly string[];
  readonly constant: number;
}

/** The factors of a tree of products. No other node may read the inner nodes. */
function factorsOf(nodes: Nodes, root: Node): Factors | undefined {
  if (root.op !== "Mul" && root.op !== "Div") return undefined;
  const values: string[] = [];
  let constant = 1;
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const [a, b] = node.inputs;
    if (a === undefined || b === undefined) return undefined;
    const divisor = node.op === "Div" ? numberIn(nodes.constants, b) : undefined;
    if (node.op === "Div" && divisor === undefined) return undefined;
    if (divisor !== undefined) constant /= divisor;
    for (const value of node.op === "Div" ? [a] : [a, b]) {
      const number = numberIn(nodes.constants, value);
      const inner = nodes.producer(value);
      const isProduct =
        inner?.op === "Mul" || (inner?.op === "Div" && numberIn(nodes.constants, inner.inputs[1] ?? "") !== undefined);
      if (number !== undefined) constant *= number;
      else if (inner && isProduct && nodes.uses(value) === 1) open.push(inner);
      else values.push(value);
      if (values.length + open.length > MOST_FACTORS) return undefined;
    }
  }
  return { values, constant };
}

function matchProduct(
  nodes: Nodes,
  patterns: readonly Pattern[],
  { values: factors, constant }: Factors,
  values: Bound<string>,
  numbers: Bound<number>,
): boolean {
  const named = patterns.find((pattern) => typeof pattern === "string" && pattern.startsWith("#")) as
    | string
    | undefined;
  const expected = (patterns.find((pattern) => typeof pattern === "number") as number | undefined) ?? 1;
  if (named === undefined ? !near(constant, expected) : !matchNumber(numbers, named, constant)) return false;
  const others = patterns.filter((pattern) => typeof pattern !== "number" && pattern !== named);
  return others.length === factors.length && matchAnyOrder(nodes, others, factors, values, numbers);
}
