/** The part of a graph that can be read although some of its nodes cannot. */

import type { Graph, Node } from "../graph/graph.js";

/**
 * The values with which the readable part ends: what unsupported nodes, and nodes behind them, read of it, and the outputs that do not need
 * such nodes. In the order of the file.
 *
 * @param canEnd whether a value can be an output. In place of a value that cannot, the values before it are taken
 */
export function readableEnds(
  { nodes, inputs, outputs, constants }: Graph,
  unsupported: ReadonlySet<Node>,
  canEnd: (value: string) => boolean = () => true,
): readonly string[] {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const depending = new Set(inputs.map(({ name }) => name));
  const lost = new Set<string>();
  const wanted: string[] = [];
  for (const node of nodes) {
    if (node.inputs.some((input) => depending.has(input))) for (const output of node.outputs) depending.add(output);
    const isLost = unsupported.has(node) || node.inputs.some((input) => lost.has(input));
    if (!isLost) continue;
    for (const output of node.outputs) lost.add(output);
    wanted.push(...node.inputs);
  }
  wanted.push(...outputs.map(({ value }) => value));
  const ends = new Set<string>();
  const seen = new Set<string>();
  // The list grows while the loop goes through it.
  for (const value of wanted) {
    const producer = producers.get(value);
    if (!producer || seen.has(value) || lost.has(value) || constants.has(value) || !depending.has(value)) continue;
    seen.add(value);
    if (canEnd(value)) ends.add(value);
    else wanted.push(...producer.inputs);
  }
  return nodes.flatMap((node) => node.outputs.filter((output) => ends.has(output)));
}

/** More names than this are no help. */
const MOST_ENDS = 24;

/** These values as the option `until`, as code; undefined where there are none, or too many. */
export function untilCode(ends: readonly string[]): string | undefined {
  if (ends.length === 0 || ends.length > MOST_ENDS) return undefined;
  const names = ends.map((name) => JSON.stringify(name)).join(", ");
  return ends.length === 1 ? names : `[${names}]`;
}
