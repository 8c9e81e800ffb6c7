/** The common steps of operations' cases with more than one run. */

import {
  type DeviceTensor,
  formatOperation,
  operationInputShapes,
  operationOutputShape,
  type OperationPlan,
  type OperationProblem,
  parseOperation,
  type Problem,
} from "@convene/core";
import type { CaseContext, ConformanceCase } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import {
  copyOperationOperands,
  makeOperationOperands,
  type OperationOperands,
} from "../operations/operation-operands.js";
import { checkOperation } from "../operations/operation-rules.js";
import { rememberedOperation } from "../remembered-reference.js";
import { atWorkbench, CaseEnd, type Workbench } from "./lifecycle-workbench.js";

/** Operands and their right result. The result is computed before a backend gets the operands, because a backend may write to them. */
export interface KnownOperation extends OperationOperands {
  readonly own: OperationOperands;
  readonly expected: Float64Array;
}

/** Integers from a seed. Each case makes its own, because a backend may have changed those of another case. */
export function knownOperation(problem: OperationProblem, seed: number): KnownOperation {
  return knowOperation(problem, makeOperationOperands(problem, "integer", seed));
}

export function knowOperation(problem: OperationProblem, operands: OperationOperands): KnownOperation {
  const { inputs, slope } = operands;
  return {
    ...operands,
    own: copyOperationOperands(operands),
    expected: rememberedOperation(problem, inputs, slope ? { slope } : {}),
  };
}

/** Ends the case as failed unless `actual` is right. */
export function expectOperation(
  problem: OperationProblem,
  known: KnownOperation,
  actual: Float32Array,
  what: string,
): void {
  const verdict = checkOperation(problem, known.own, known.expected, actual);
  if (verdict.ok) return;
  const failed = failedOutcome(problem, verdict);
  throw new CaseEnd({ ...failed, message: `${what}: ${failed.message}` });
}

export interface PreparedOperation {
  readonly plan: OperationPlan;
  /** Uploads the inputs; with `into`, into those tensors. */
  feed(operands: OperationOperands, into?: readonly DeviceTensor[]): readonly DeviceTensor[];
  /** An output, full of `poison`. */
  output(poison?: number): DeviceTensor;
}

/** A plan with the parameters of `operands`, which is disposed at the end. */
export async function prepareAt(
  bench: Workbench,
  problem: OperationProblem,
  { slope }: OperationOperands,
): Promise<PreparedOperation> {
  const plan = bench.keep(await bench.backend.prepareOperation(problem, slope ? { slope } : {}));
  const shapes = operationInputShapes(problem);
  return {
    plan,
    feed: ({ inputs }, into) => inputs.map((data, index) => bench.upload(data, shapes[index]!, into?.[index])),
    output: (poison = NaN) => bench.filled(operationOutputShape(problem), poison),
  };
}

/** A case of the operations suite at a workbench. Its name begins with `text`, and it needs that operation. */
export function operationCase(
  text: string,
  about: string,
  use: (bench: Workbench, problem: OperationProblem, context: CaseContext) => Promise<void>,
  beside: readonly Problem[] = [],
): ConformanceCase {
  const problem = parseOperation(text);
  return {
    suite: "operations",
    name: `${formatOperation(problem)}: ${about}`,
    problems: [problem, ...beside],
    run: (context) => atWorkbench(context, (bench) => use(bench, problem, context)),
  };
}
