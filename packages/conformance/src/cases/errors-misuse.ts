/** What a misuse is, and how its error is judged. */

import type { Backend, Conv2dPlan, Conv2dProblem, ConveneErrorCode, DeviceTensor } from "@convene/core";
import type { Operands } from "../operands.js";
import { fail, isConveneError, type Workbench } from "./lifecycle-workbench.js";

/** What a misuse can get hold of: a plan and its tensors, which must come out of it unharmed. */
export interface MisuseParts extends Workbench {
  readonly problem: Conv2dProblem;
  readonly operands: Operands;
  readonly plan: Conv2dPlan;
  readonly input: DeviceTensor;
  readonly residual: DeviceTensor | undefined;
  readonly output: DeviceTensor;
  /** A second backend; without a factory the case is skipped. */
  readonly another: () => Promise<Backend>;
}

export interface Misuse {
  readonly name: string;
  readonly codes: ConveneErrorCode | readonly ConveneErrorCode[];
  /** Default: one with a bias and a residual, whose input and output are of one shape. */
  readonly problem?: string;
  readonly quick?: boolean;
  /** A backend may also do what is asked. */
  readonly mayPass?: boolean;
  /** Makes what is needed, and answers with the call that must fail. */
  readonly set: (parts: MisuseParts) => Attempt | Promise<Attempt>;
}

/** One that answers with a promise may throw or reject; any other must throw at once. */
type Attempt = () => unknown;

/** What `attempt` throws or rejects with; `undefined` if it does neither. */
export async function thrownBy(attempt: Attempt): Promise<{ readonly error: unknown } | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** What is wrong with `error`; `undefined` if it is a ConveneError of one of these codes that says something. */
export function describeThrown(error: unknown, codes: readonly string[]): string | undefined {
  const expected = `expected a ConveneError with ${codes.join(" or ")}`;
  if (!isConveneError(error)) return `it threw ${String(error)}; ${expected}`;
  if (!codes.includes(error.code)) return `it threw ${error.code} (${error.message}); ${expected}`;
  if (error.message.trim() === "") return `it threw ${error.code} with no message`;
  return undefined;
}

/** Bit for bit, NaN for NaN: whether the result was right before is not this suite's to say. */
export function expectSame(before: Float32Array, after: Float32Array, what: string): void {
  if (after.length === before.length && after.every((each, at) => Object.is(each, before[at]))) return;
  fail(`${what} gives another result than before`);
}
