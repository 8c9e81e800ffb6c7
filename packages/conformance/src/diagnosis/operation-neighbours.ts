/** Operations that differ from one in a single thing: where few cases fail, these say which fields the failure hangs on. */

import { formatOperation, operationProblem, type OperationProblem } from "@convene/core";
import { outputShapeOf } from "../problem.js";
import { PAIRS } from "./operation-features.js";

type Fields = Readonly<Record<string, unknown>>;

/** Other values of a field that has a choice of them. */
const CHOICES: Fields = {
  mode: ["nearest", "bilinear"],
  coordinates: ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"],
  rounding: ["floor", "ceil", "roundPreferFloor", "roundPreferCeil"],
  order: ["crd", "dcr", "nchw", "nhwc"],
};

/** Each once, in an order that is always the same. */
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

/** The operation with its sizes computed anew; `undefined` where there is none like it. */
function resolvedOperation(fields: Fields): OperationProblem | undefined {
  try {
    // A cast: what is not one is refused here.
    // Cast: `operationProblem` checks the fields, and throws where they are no problem.
    return operationProblem(fields as unknown as OperationProblem);
  } catch {
    return undefined;
  }
}
