/** A node's attributes, each with the type that it must have. */

import type { Node } from "./graph.js";

/** The reason why a node is not supported, and a remedy. The driver adds the name of the node. */
export class Refusal extends Error {}

/** The sizes of a node's inputs do not go together, so perhaps the sizes of the network's inputs are wrong. */
export class SizeRefusal extends Refusal {}

/** The reason of a refusal. */
export const TRAINING = "it is in training mode; export the network in evaluation mode";

/** An integer attribute. */
export function integerAttribute(node: Node, name: string, standard: number): number {
  const attribute = node.attributes.get(name);
  if (!attribute) return standard;
  if (attribute.integer === undefined) throw new Refusal(`its attribute ${name} must be an integer`);
  return attribute.integer;
}

/** A number attribute. */
export function floatAttribute(node: Node, name: string, standard: number): number {
  const attribute = node.attributes.get(name);
  if (!attribute) return standard;
  if (attribute.float === undefined) throw new Refusal(`its attribute ${name} must be a number`);
  return attribute.float;
}

/** A text attribute; one of `allowed`, if `allowed` is given. */
export function textAttribute<T extends string>(node: Node, name: string, standard: T, allowed?: readonly T[]): T {
  const attribute = node.attributes.get(name);
  if (!attribute) return standard;
  if (allowed && !allowed.includes(attribute.text as T)) {
    throw new Refusal(`its attribute ${name} is ${JSON.stringify(attribute.text)}; ${allowed.join(", ")} would do`);
  }
  return attribute.text as T;
}

/** A list of `length` integers, each at least `least`; undefined if the node does not have the attribute. */
export function integersAttribute(
  node: Node,
  name: string,
  length?: number,
  least = -Infinity,
): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  if (!attribute) return undefined;
  const { integers } = attribute;
  if (length !== undefined && integers.length !== length) {
    throw new Refusal(`its attribute ${name} has ${integers.length} entries; ${length} would do`);
  }
  const wrong = integers.find((each) => each < least || (Math.abs(each) > 2 ** 31 && least >= 0));
  if (wrong !== undefined)
    throw new Refusal(`its attribute ${name} has an entry of ${wrong}; ${least} to 2^31 would do`);
  return integers;
}
