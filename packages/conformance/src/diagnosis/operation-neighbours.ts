/** Operations that differ from one operation in a single field. If few cases fail, they show on which fields the failure depends. */

import { formatOperation, operationProblem, type OperationProblem } from "@convene/core";
import { outputShapeOf } from "../problem.js";
import { PAIRS } from "./operation-features.js";

type Fields = Readonly<Record<string, unknown>>;

/** The values of the fields that have a choice of values. */
const CHOICES: Fields = {
  mode: ["nearest", "bilinear"],
  coordinates: ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"],
  rounding: ["floor", "ceil", "roundPreferFloor", "roundPreferCeil"],
  order: ["crd", "dcr", "nchw", "nhwc"],
};

/** The neighbours, each of them once, always in the same order. */
export function neighboursOfOperation(problem: OperationProblem): readonly OperationProblem[] {
  // Cast: a union of kinds has no index, and a neighbour differs in a field of any kind.
  const fields = problem as unknown as Fields;
  const changes = Object.entries(fields).flatMap(([key, value]): readonly Fields[] => {
    if (typeof value === "number")
      return [0, 1, value - 1, value + 1, value + 2, 2 * value].map((other) => ({ [key]: other }));
    if (typeof value === "boolean") return [{ [key]: !value }];
    if (Array.isArray(value)) return [{ [key]: value.toReversed() }, { [key]: value.map(() => value[0] as unknown) }];
    return ((CHOICES[key] ?? []) as readonly unknown[]).map((other) => ({ [key]: other }));
  });
  const levelled = PAIRS.flatMap(([a, b]): readonly Fields[] =>
    a in fields && b in fields ? [{ [a]: fields[b] }, { [b]: fields[a] }] : [],
  );
  const found = new Map<string, OperationProblem>();
  for (const change of [...levelled, ...changes]) {
    const next = resolvedOperation({ ...fields, ...change });
    // Nothing can be wrong in an output without elements.
    if (!next || outputShapeOf(next).includes(0)) continue;
    if (formatOperation(next) !== formatOperation(problem)) found.set(formatOperation(next), next);
  }
  return [...found.values()];
}

/** The operation with its sizes computed again, or `undefined` if the fields are not valid. */
function resolvedOperation(fields: Fields): OperationProblem | undefined {
  try {
    // Cast: `operationProblem` checks the fields, and throws if they are not valid.
    return operationProblem(fields as unknown as OperationProblem);
  } catch {
    return undefined;
  }
}
