/** A workbench for cases with more than one run. It disposes all plans and tensors at the end of a case, also after an error. */

import {
  type Backend,
  type Conv2dPlan,
  type Conv2dProblem,
  type DeviceTensor,
  inputShape,
  type MemoryUse,
  outputShape,
  type Problem,
  type Shape4,
  tensor,
} from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import { allowance, type OperandErrors } from "../allowance.js";
import { failedOutcome, noRuleFor } from "../check-problem.js";
import { copyOperands, makeOperands, type Operands } from "../operands.js";
import { supportOf } from "../problem.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { checkWithin } from "../rules.js";
import { hasTransformedRule } from "../transformed-bound.js";

/** Thrown by a case to end it with an outcome. */
export class CaseEnd extends Error {
  constructor(readonly outcome: CaseOutcome) {
    super(outcome.message ?? outcome.status);
  }
}

/** Ends the case as failed. */
export function fail(message: string): never {
  throw new CaseEnd({ status: "failed", message });
}

/** Operands and their one right answer. The answer is computed before a backend gets the operands, because a backend may write to them. */
export interface Known extends Operands {
  readonly expected: Float64Array;
  /** The operands as they were, for the bound of a transformed plan. */
  readonly own: Operands;
  /** The allowed error of the operands on the device, if they come from a transformed plan. */
  readonly off?: OperandErrors | undefined;
}

export function known(problem: Conv2dProblem, operands: Operands, off?: OperandErrors): Known {
  return { ...operands, expected: rememberedConv2d(problem, operands).output, own: copyOperands(operands), off };
}

/** Small integers from a seed. Each case makes its own, because a backend may have changed those of another case. */
export function integers(problem: Conv2dProblem, seed: number): Known {
  return known(problem, makeOperands(problem, "integer", seed));
}

/** Ends the case as failed unless `actual` is the plan's right answer: exactly, unless the plan is transformed. */
export function expectRight(plan: Conv2dPlan, operands: Known, actual: Float32Array, what: string): void {
  const { problem } = plan;
  const verdict = checkWithin(actual, operands.expected, errorOf(plan, operands) ?? 0);
  if (verdict.ok) return;
  const failed = failedOutcome(problem, verdict);
  throw new CaseEnd({ ...failed, message: `${what}: ${failed.message}` });
}

/** The allowed error of the plan's answer to small integers; `undefined` if the answer must be exact. */
export function errorOf(plan: Conv2dPlan, { own, off }: Known): Float64Array | undefined {
  const { problem, arithmetic, algorithm } = plan;
  if (arithmetic === "transformed" && !hasTransformedRule(problem)) fail(noRuleFor(problem, algorithm));
  return arithmetic === "transformed" || off ? allowance(problem, arithmetic, own, off) : undefined;
}

/** The input of one run on the device, and its residual if the problem has one. */
export interface Fed {
  readonly input: DeviceTensor;
  readonly residual: DeviceTensor | undefined;
}

/** A plan, and the steps that all cases use. */
export interface Prepared {
  readonly plan: Conv2dPlan;
  /** Uploads input and residual; with `into`, into those tensors. */
  feed(operands: Operands, into?: Fed): Fed;
  /** An output, full of `poison`. */
  output(poison?: number): DeviceTensor;
  run(fed: Fed, output: DeviceTensor): void;
}

export interface Workbench {
  readonly backend: Backend;
  /** Disposes `value` at the end, too. */
  keep<T extends { dispose(): void }>(value: T): T;
  upload(data: Float32Array, shape: Shape4, into?: DeviceTensor): DeviceTensor;
  /** A new tensor of this shape, full of `value`. */
  filled(shape: Shape4, value: number): DeviceTensor;
  read(source: DeviceTensor): Promise<Float32Array>;
  /** A plan with the weights of `operands`. */
  prepare(problem: Conv2dProblem, operands: Operands): Promise<Prepared>;
}

/** Runs `use` at a workbench. The case has passed unless `use` throws. */
export async function atWorkbench(
  { backend, accuracy }: Pick<CaseContext, "backend" | "accuracy">,
  use: (bench: Workbench) => Promise<void>,
): Promise<CaseOutcome> {
  const kept: { dispose(): void }[] = [];
  const bench: Workbench = {
    backend,
    keep(value) {
      kept.push(value);
      return value;
    },
    upload(data, shape, into) {
      const made = backend.upload(tensor(data, shape), into);
      return into ? made : bench.keep(made);
    },
    filled: (shape, value) => bench.upload(new Float32Array(sizeOf(shape)).fill(value), shape),
    read: async (source) => (await backend.read(source)).data,
    async prepare(problem, { weight, bias }) {
      const plan = bench.keep(await backend.prepareConv2d(problem, { weight, bias }, { accuracy }));
      return {
        plan,
        feed: ({ input, residual }, into) => ({
          input: bench.upload(input, inputShape(problem), into?.input),
          residual: residual && bench.upload(residual, outputShape(problem), into?.residual),
        }),
        output: (poison = NaN) => bench.filled(outputShape(problem), poison),
        run: ({ input, residual }, output) => plan.run(input, output, residual),
      };
    },
  };
  try {
    await use(bench);
    return { status: "passed" };
  } catch (error) {
    if (error instanceof CaseEnd) return error.outcome;
    throw error;
  } finally {
    for (const each of kept) each.dispose();
  }
}

export function sizeOf(shape: Shape4): number {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

/** Makes a second backend. Without a factory the case is skipped, if the first backend is in order. */
export async function anotherBackend({ backend, another }: CaseContext): Promise<Backend> {
  if (another) return another();
  await backend.sync();
  throw new CaseEnd({
    status: "skipped",
    message: "this needs a second backend, and no factory was given to make one",
  });
}

/** Whether `error` is an error that Convene throws on purpose, from this copy of core or from another. */
export function isConveneError(error: unknown): error is Error & { readonly code: string } {
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown };
  return (name === "ConveneError" || name === "BackendUnavailableError") && typeof code === "string";
}

/** The result of `promise`, or the ConveneError with which it rejects. Any other rejection ends the case. */
export async function settled<T>(promise: Promise<T>, what: string): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isConveneError(error)) return undefined;
    return fail(`${what} rejected with what is no ConveneError: ${String(error)}`);
  }
}

/** The problems that the backend takes. If it takes none, the case is skipped with the backend's reason. */
export function takenOf<P extends Problem>(backend: Backend, problems: readonly P[]): readonly P[] {
  const supports = problems.map((problem) => supportOf(backend.features, problem));
  const taken = problems.filter((_, index) => supports[index] === true);
  if (taken.length > 0) return taken;
  const [first] = supports;
  throw new CaseEnd({ status: "skipped", message: first === true || !first ? "" : first.reason });
}

/** A case of the lifecycle suite at a workbench. */
export function benchCase(
  name: string,
  use: (bench: Workbench) => Promise<void>,
  rest: Partial<ConformanceCase> = {},
): ConformanceCase {
  return { suite: "lifecycle", name, ...rest, run: (context) => atWorkbench(context, use) };
}

/** The memory in use; undefined if the backend does not report it. Waits first, because some backends free memory when they are idle. */
export async function memoryUse(backend: Backend): Promise<MemoryUse | undefined> {
  await backend.sync();
  return backend.memory();
}

/**
 * Ends the case as skipped if the backend does not report its memory. For the end of a case that is only about leaks: without a report a leak does not
 * show, so the case has not passed.
 */
export function needMemory(backend: Backend): void {
  if (backend.memory() !== undefined) return;
  throw new CaseEnd({
    status: "skipped",
    message: "the backend has no memory(), so a leak would not show; with memory() the suite checks it",
  });
}

/** Ends the case as failed unless as many bytes are in use as before. */
export function expectNoneLeft(before: MemoryUse | undefined, after: MemoryUse | undefined, when = "at the end"): void {
  if (before?.used === after?.used) return;
  for (const use of [before, after]) if (use && !(use.used >= 0)) fail(`memory().used (${use.used}) is no size`);
  fail(`${before?.used} bytes were in use before, ${after?.used} are ${when}`);
}
