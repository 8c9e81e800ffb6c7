/**
 * A misuse as a case: the call must fail with the right code and do no harm. After the misuse the plan, and a new plan, must give the same bits as
 * before. Other suites check whether this answer is right.
 */

import type { Backend, ConveneErrorCode, DeviceTensor, Problem } from "@convene/core";
import type { CaseContext, ConformanceCase } from "../case.js";
import { textOf } from "../problem.js";
import type { SuiteName } from "../suite-names.js";
import {
  anotherBackend,
  atWorkbench,
  CaseEnd,
  expectNoneLeft,
  fail,
  isConveneError,
  memoryUse,
  type Workbench,
} from "./lifecycle-workbench.js";

/** A plan and its tensors, which no misuse may damage. */
export interface Held {
  readonly plan: { readonly disposed: boolean; dispose(): void };
  /** For a convolution: the input, and the residual if the problem has one. */
  readonly inputs: readonly DeviceTensor[];
  readonly output: DeviceTensor;
  run(inputs: readonly DeviceTensor[], output: DeviceTensor): void;
}

/** The plan that is misused. */
export interface Subject {
  readonly suite: SuiteName;
  readonly problem: Problem;
  /** A new plan with the same operands. The operands are made again each time, because a backend may have written to the earlier ones. */
  hold(bench: Workbench): Promise<Held>;
}

/** The objects that a misuse can use. */
export interface MisuseParts extends Workbench, Held {
  /** Another plan like it. */
  again(): Promise<Held>;
  /** A second backend; without a factory the case is skipped. */
  another(): Promise<Backend>;
}

export interface Misuse {
  readonly name: string;
  readonly codes: ConveneErrorCode | readonly ConveneErrorCode[];
  readonly quick?: boolean;
  /** Whether the call may also succeed. */
  readonly mayPass?: boolean;
  /** Makes the tensors and plans for the call, and returns the call that must fail. */
  readonly set: (parts: MisuseParts) => Attempt | Promise<Attempt>;
}

/** The call that must fail. A call that returns a promise may throw or reject; another call must throw at once. */
type Attempt = () => unknown;

export function misuseCase(subject: Subject, misuse: Misuse): ConformanceCase {
  const { suite, problem } = subject;
  return {
    suite,
    name: `${textOf(problem)}: ${misuse.name}`,
    problems: [problem],
    quick: misuse.quick ?? true,
    run: (context) => atWorkbench(context, (bench) => check(bench, subject, misuse, context)),
  };
}

async function check(bench: Workbench, subject: Subject, misuse: Misuse, context: CaseContext): Promise<void> {
  const held = await subject.hold(bench);
  const expected = await answerOf(bench, held);
  const memory = await memoryUse(bench.backend);
  // A workbench of its own frees all objects of the misuse before the memory is checked again.
  const outcome = await atWorkbench(context, async (inner) => {
    const attempt = await misuse.set({
      ...inner,
      ...held,
      again: () => subject.hold(inner),
      another: () => anotherBackend(context),
    });
    const codes = [misuse.codes].flat();
    if (misuse.mayPass) await expectRefusal(attempt, codes).catch(unlessAccepted);
    else await expectRefusal(attempt, codes);
  });
  if (outcome.status !== "passed") throw new CaseEnd(outcome);
  expectNoneLeft(memory, await memoryUse(bench.backend), `after ${misuse.name}`);
  expectSame(expected, await bench.read(held.output), "after the misuse the output that was there");
  expectSame(expected, await answerOf(bench, held), "after the misuse the same plan");
  expectSame(expected, await answerOf(bench, await subject.hold(bench)), "after the misuse a new plan");
}

/** Runs the plan, and reads its output. */
export async function answerOf(bench: Workbench, { run, inputs, output }: Held): Promise<Float32Array> {
  run(inputs, output);
  return bench.read(output);
}

class Accepted extends CaseEnd {}

function unlessAccepted(error: unknown): void {
  if (!(error instanceof Accepted)) throw error;
}

/** Ends the case as failed unless `attempt` throws, or rejects with, a ConveneError of one of these codes that says something. */
export async function expectRefusal(attempt: Attempt, codes: readonly string[], what = ""): Promise<void> {
  const prefix = what && `${what}: `;
  let error: unknown;
  try {
    await attempt();
    error = new Accepted({ status: "failed", message: `${prefix}it was accepted; expected ${codes.join(" or ")}` });
  } catch (thrown) {
    error = thrown;
  }
  if (error instanceof CaseEnd) throw error;
  const expected = `expected a ConveneError with ${codes.join(" or ")}`;
  if (!isConveneError(error)) fail(`${prefix}it threw ${String(error)}; ${expected}`);
  if (!codes.includes(error.code)) fail(`${prefix}it threw ${error.code} (${error.message}); ${expected}`);
  if (error.message.trim() === "") fail(`${prefix}it threw ${error.code} with no message`);
}

/** Ends the case as failed unless both results have the same bits, NaN included. Other suites check whether the result is right. */
export function expectSame(before: Float32Array, after: Float32Array, what: string): void {
  if (after.length === before.length && after.every((each, at) => Object.is(each, before[at]))) return;
  fail(`${what} gives another result than before`);
}
