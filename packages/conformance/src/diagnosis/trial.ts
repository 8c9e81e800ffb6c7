/** One problem that runs again on the backend, with the actual and the right result. */

import {
  type Arithmetic,
  type Backend,
  type Conv2dProblem,
  isOperationProblem,
  type Layout,
  type OperationProblem,
  type Problem,
  type Shape4,
} from "@convene/core";
import { copyOperands, makeOperands, type OperandKind, type Operands } from "../operands.js";
import { makeOperationOperands, type OperationOperands } from "../operations/operation-operands.js";
import { checkOperation } from "../operations/operation-rules.js";
import { referenceOperation } from "../operations/reference-operation.js";
import { runOperation } from "../operations/run-operation.js";
import { outputShapeOf } from "../problem.js";
import { referenceConv2d } from "../reference.js";
import { checkBounded, checkExact } from "../rules.js";
import { checkTransformed } from "../rules.js";
import { hasTransformedRule, transformedBound } from "../transformed-bound.js";
import { runProblem } from "../run-problem.js";

/** The value that fills an output before a trial's run. No result has this value. */
export const TRIAL_POISON = -12345.5;

export interface Trial<P extends Problem = Problem, Given = Operands | OperationOperands> {
  readonly problem: P;
  readonly operands: Given;
  readonly layout: Layout;
  readonly shape: Shape4;
  readonly expected: Float64Array;
  /** For a convolution: Σ|x||w| + |b| + |r|. */
  readonly magnitude: ArrayLike<number> | undefined;
  readonly actual: Float32Array;
  /** Positions of wrong elements, in NCHW order. The list is empty if the result is right. */
  readonly wrong: readonly number[];
  readonly algorithm: string;
  /** The `arithmetic` that a convolution's plan declares. */
  readonly arithmetic: Arithmetic | undefined;
  /** Whether the implementation's `run` returned a promise. */
  readonly returnedPromise: boolean;
  /** The caller's array that the backend changed. */
  readonly changed: string | undefined;
}

export type Conv2dTrial = Trial<Conv2dProblem, Operands>;
export type OperationTrial = Trial<OperationProblem, OperationOperands>;

export interface TrialOptions {
  readonly seed: number;
  readonly accuracy: "fast" | "strict";
  readonly kind?: OperandKind;
  readonly layout?: Layout;
  readonly beforeRun?: () => Promise<void>;
  readonly beforeRead?: () => Promise<void>;
}

/** Runs a convolution. Rejects with the error that the backend throws. */
export async function tryConv2d(backend: Backend, problem: Conv2dProblem, options: TrialOptions): Promise<Conv2dTrial> {
  const { seed, accuracy, kind = "integer", layout = "nchw", beforeRun, beforeRead } = options;
  const operands = makeOperands(problem, kind, seed);
  const own = copyOperands(operands);
  const { output: expected, magnitude } = referenceConv2d(problem, own);
  const run = {
    accuracy,
    layout,
    poison: TRIAL_POISON,
    ...(beforeRun && { beforeRun }),
    ...(beforeRead && { beforeRead }),
  };
  const { output: actual, algorithm, arithmetic, returnedPromise } = await runProblem(backend, problem, operands, run);
  const changed = (["input", "weight", "bias", "residual"] as const).find((name) =>
    own[name]?.some((value, at) => value !== operands[name]![at]),
  );
  const verdict =
    arithmetic === "transformed" && hasTransformedRule(problem)
      ? checkTransformed(actual, expected, await transformedBound(problem, own))
      : kind === "integer"
        ? checkExact(actual, expected)
        : checkBounded(actual, expected, magnitude, problem);
  const shape = outputShapeOf(problem);
  return {
    problem,
    operands: own,
    layout,
    shape,
    expected,
    magnitude,
    actual,
    wrong: verdict.wrongAt,
    algorithm,
    arithmetic,
    returnedPromise,
    changed,
  };
}

/** Runs an operation on integers, and also on real values if the integers are right. Rejects with the error that the backend throws. */
export async function tryOperation(
  backend: Backend,
  problem: OperationProblem,
  { seed, layout = "nchw", beforeRun, beforeRead }: TrialOptions,
): Promise<OperationTrial> {
  const tried = async (values: "integer" | "real" | "negative"): Promise<OperationTrial> => {
    const operands = makeOperationOperands(problem, values, seed);
    const { inputs, slope } = operands;
    const expected = referenceOperation(problem, inputs, slope ? { slope } : {});
    const run = { layout, poison: TRIAL_POISON, ...(beforeRun && { beforeRun }), ...(beforeRead && { beforeRead }) };
    const { output: actual, algorithm } = await runOperation(backend, problem, operands, run);
    const { wrongAt: wrong } = checkOperation(problem, operands, expected, actual);
    const shape = outputShapeOf(problem);
    return {
      problem,
      operands,
      layout,
      shape,
      expected,
      magnitude: undefined,
      actual,
      wrong,
      algorithm,
      arithmetic: undefined,
      returnedPromise: false,
      changed: undefined,
    };
  };
  let last: OperationTrial | undefined;
  for (const values of ["integer", "real", "negative"] as const) {
    if (values === "negative" && problem.kind !== "maxPool2d") break;
    last = await tried(values);
    if (last.wrong.length > 0) return last;
  }
  return last!;
}

/** Runs a convolution or an operation. */
export async function tryProblem(backend: Backend, problem: Problem, options: TrialOptions): Promise<Trial> {
  return isOperationProblem(problem) ? tryOperation(backend, problem, options) : tryConv2d(backend, problem, options);
}
