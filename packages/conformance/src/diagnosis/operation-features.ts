/** Properties of an operation beside convolution. They come from the fields that its kind has. */

import type { OperationProblem } from "@convene/core";
import type { Predicate } from "./conv2d-features.js";

/** Pairs of fields for two axes or two sides. If the two values differ, a backend may have exchanged them. */
export const PAIRS = [
  ["pt", "pb"],
  ["pl", "pr"],
  ["kh", "kw"],
  ["sh", "sw"],
  ["dh", "dw"],
  ["rh", "rw"],
  ["ih", "iw"],
  ["oh", "ow"],
  ["h", "w"],
  ["n", "on"],
] as const;

/** Sizes that may be no multiple of a vector's or a tile's size. */
const TILED = ["c", "oc", "ic", "w", "ow"] as const;

/**
 * The predicates that hold for some of these problems, which are all of one kind, and not for others. For example: a size that is
 * usually 0 or 1 is larger, a flag is set, or a choice has one of its values.
 */
export function operationPredicates(problems: readonly OperationProblem[]): readonly Predicate<OperationProblem>[] {
  const [first] = problems;
  if (!first) return [];
  const of = (problem: OperationProblem, key: string): unknown => (problem as unknown as Record<string, unknown>)[key];
  const number = (problem: OperationProblem, key: string): number => Number(of(problem, key));
  const keys = Object.keys(first).filter((key) => key !== "kind");
  const found: Predicate<OperationProblem>[] = [];
  const add = (words: string, holds: (problem: OperationProblem) => boolean): void => void found.push({ words, holds });
  for (const [a, b] of PAIRS) {
    if (a in first && b in first) add(`${a} differs from ${b}`, (problem) => of(problem, a) !== of(problem, b));
  }
  for (const key of keys) {
    const values = [...new Set(problems.map((problem) => JSON.stringify(of(problem, key))))];
    const sample = of(first, key);
    if (typeof sample === "boolean") {
      add(`${key} is true`, (problem) => of(problem, key) === true);
      add(`${key} is false`, (problem) => of(problem, key) === false);
    } else if (typeof sample === "number") {
      if (key !== "oh" && key !== "ow") add(`${key} > 1`, (problem) => number(problem, key) > 1);
      add(`${key} is not 0`, (problem) => number(problem, key) !== 0);
      add(`${key} = 1`, (problem) => number(problem, key) === 1);
    } else if (Array.isArray(sample)) {
      add(`${key} are not all equal`, (problem) => new Set(of(problem, key) as number[]).size > 1);
    } else if (values.length < 20) {
      for (const value of values) {
        const words = value === undefined ? "none" : value.replaceAll('"', "");
        add(`${key} is ${words}`, (problem) => JSON.stringify(of(problem, key)) === value);
      }
      add(`there is an ${key}`, (problem) => of(problem, key) !== undefined);
    }
    if (key === "activation") {
      // The name without numbers, so that all leaky ReLUs are one, with any slope.
      const nameOf = (problem: OperationProblem): string => {
        const value = of(problem, key);
        return typeof value === "object" && value !== null ? Object.keys(value)[0]! : String(value);
      };
      for (const name of new Set(problems.map(nameOf)))
        add(`the activation is ${name}`, (problem) => nameOf(problem) === name);
    }
  }
  for (const key of TILED) {
    if (!(key in first)) continue;
    for (const tile of [2, 4]) add(`${key} is no multiple of ${tile}`, (problem) => number(problem, key) % tile !== 0);
  }
  if ("pt" in first) {
    const pads = ["pt", "pl", "pb", "pr"];
    add("there is padding", (problem) => pads.some((key) => number(problem, key) > 0));
  }
  return found;
}
