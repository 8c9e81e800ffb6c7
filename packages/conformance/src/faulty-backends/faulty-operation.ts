/** Makes backends with a fault in an operation. Each is the reference with one change. */

import {
  type Backend,
  operationInputShapes,
  type OperationKind,
  operationOutputShape,
  type OperationParameters,
  type OperationProblem,
  type Shape4,
} from "@convene/core";
import type { OperationOperands } from "../operations/operation-operands.js";
import { rememberedOperation } from "../remembered-reference.js";
import { type Element, elements } from "./elements.js";
import { type Fault, faultyBackend, type Implementation } from "./faulty-backend.js";

export type ProblemOf<K, P = OperationProblem> = P extends { readonly kind: infer Kind }
  ? K extends Kind
    ? P
    : never
  : never;
type OperationPlan = Awaited<ReturnType<NonNullable<Implementation["prepareOperation"]>>>;

/** A plan with a copy of the parameters. Elements of `output` that `compute` does not write keep their old values. */
export function operationPlan(
  { slope }: OperationParameters,
  compute: (operands: OperationOperands, output: Float32Array) => void,
): OperationPlan {
  const own = slope ? { slope: slope.slice() } : {};
  return {
    algorithm: "reference, one fault",
    run: (inputs, output) => compute({ inputs: inputs.map(({ data }) => data), ...own }, output.data),
    dispose: () => undefined,
  };
}

/** The right result. */
export function rightResult(problem: OperationProblem, { inputs, slope }: OperationOperands): Float64Array {
  return rememberedOperation(problem, inputs, slope ? { slope } : {});
}

/** The reference with another computation for these kinds. All other kinds are right. */
export function faultyKinds<K extends OperationKind>(
  name: string,
  kinds: readonly K[],
  compute: (problem: ProblemOf<K>, operands: OperationOperands, output: Float32Array) => void,
): () => Promise<Backend> {
  return faultyBackend(name, (right) => ({
    prepareOperation: async (problem, parameters) =>
      kinds.includes(problem.kind as K)
        ? operationPlan(parameters, (operands, output) => compute(problem as ProblemOf<K>, operands, output))
        : right.prepareOperation!(problem, parameters),
  }));
}

/** The reference with a fault: it computes another problem, or uses other operands, than it was given. The result must have the same size. */
export function askedOtherwise<K extends OperationKind>(
  name: string,
  kinds: readonly K[],
  change: (problem: ProblemOf<K>, operands: OperationOperands) => readonly [OperationProblem, OperationOperands],
): () => Promise<Backend> {
  return faultyKinds(name, kinds, (problem, operands, output) => output.set(rightResult(...change(problem, operands))));
}

/** A fault in which `value` replaces each right element. For `undefined` the element is not written. */
export function faultyResults<K extends OperationKind>(
  name: string,
  kinds: readonly K[],
  value: (
    place: Element,
    problem: ProblemOf<K>,
    operands: OperationOperands,
    result: Float64Array,
  ) => number | undefined,
): () => Promise<Backend> {
  return faultyKinds(name, kinds, (problem, operands, output) => {
    const given = problem as OperationProblem;
    const result = rightResult(given, operands);
    for (const place of elements(operationOutputShape(given))) {
      const written = value(place, problem, operands, result);
      if (written !== undefined) output[place.at] = written;
    }
  });
}

/** A cache: the shapes are needed for each element, and computing them checks the problem each time. */
const shapesOf = new WeakMap<OperationProblem, readonly Shape4[]>();

/** An element of an input, or `undefined` outside of the input. */
export function elementOf(
  problem: OperationProblem,
  { inputs }: OperationOperands,
  index: number,
  [image, channel, y, x]: readonly [number, number, number, number],
): number | undefined {
  const shapes = shapesOf.get(problem) ?? operationInputShapes(problem);
  shapesOf.set(problem, shapes);
  const [n, c, h, w] = shapes[index]!;
  const inside = image >= 0 && image < n && channel >= 0 && channel < c && y >= 0 && y < h && x >= 0 && x < w;
  return inside ? inputs[index]![((image * c + channel) * h + y) * w + x] : undefined;
}

/** A fault of the operations suite. */
export function operationFault(
  fault: Omit<Fault, "caughtBy" | "backend">,
  backend: (name: string) => Fault["backend"],
): Fault {
  return { ...fault, caughtBy: ["operations"], backend: backend(fault.name) };
}
