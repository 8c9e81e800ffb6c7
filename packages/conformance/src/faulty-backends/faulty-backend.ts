/** Makes the faulty backends. Each is the reference with one change. */

import type { Backend, Conv2dProblem, Conv2dWeights, OperationKind } from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import type { Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { referenceImplementation, type ReferenceStorage } from "../reference-backend.js";
import type { SuiteName } from "../suite-names.js";

/** A backend that is wrong on purpose. The suite has to find it out. */
export interface Fault {
  readonly name: string;
  /** The fault, and how a programmer may come to write it. */
  readonly about: string;
  /** The sub-suites that must catch the fault, each of them alone, in the order of `SUITE_NAMES`. Others may catch it too. */
  readonly caughtBy: readonly SuiteName[];
  /** The kinds of operations that have the fault. Cases about other kinds need not run. Default: any case may show the fault. */
  readonly kinds?: readonly OperationKind[];
  /** For faults that one run shows: a problem with a wrong result, and a very similar problem with a right result. */
  readonly problems?: { readonly wrong: string; readonly right: string };
  backend(): Promise<Backend>;
}

export type Implementation = BackendImplementation<ReferenceStorage>;

/** The reference with parts replaced. Each call makes a new backend, so that faults may hold state. */
export function faultyBackend(
  name: string,
  change: (right: Implementation) => Partial<Implementation>,
): () => Promise<Backend> {
  return async () =>
    defineBackend({
      ...referenceImplementation,
      ...change(referenceImplementation),
      name,
      device: "the reference, one fault",
    });
}

/** The reference with another convolution. Elements of `output` that `compute` does not write keep their old values. */
export function faultyCompute(
  name: string,
  compute: (problem: Conv2dProblem, operands: Operands, output: Float32Array) => void,
): () => Promise<Backend> {
  return faultyBackend(name, () => ({
    prepareConv2d: async (problem, weights) =>
      planOf((operands, output) => compute(problem, operands, output), copyWeights(weights)),
  }));
}

/** The reference with a fault: it computes another problem, or uses other operands, than it was given. */
export function faultyQuestion(
  name: string,
  change: (problem: Conv2dProblem, operands: Operands) => readonly [Conv2dProblem, Operands],
): () => Promise<Backend> {
  return faultyCompute(name, (problem, operands, output) =>
    output.set(rememberedConv2d(...change(problem, operands)).output),
  );
}

/** A plan over `weights`, read at each run. */
export function planOf(
  compute: (operands: Operands, output: Float32Array) => void,
  weights: Conv2dWeights,
): Awaited<ReturnType<Implementation["prepareConv2d"]>> {
  return {
    algorithm: "reference, one fault",
    run: (input, output, residual) => compute({ ...weights, input: input.data, residual: residual?.data }, output.data),
    dispose: () => undefined,
  };
}

export function copyWeights({ weight, bias }: Conv2dWeights): Conv2dWeights {
  return { weight: weight.slice(), bias: bias?.slice() };
}
