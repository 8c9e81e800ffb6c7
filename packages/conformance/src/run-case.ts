/** Runs one case on one backend, and survives any fault of the two. Gives the outcome, and whether the backend still works. */

import type { Backend } from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "./case.js";
import { supportOf } from "./problem.js";
import { type Thrown, thrownOf } from "./thrown.js";
import { TimeLimitError, withTimeLimit } from "./time-limit.js";
import { type CallWatch, watchCalls } from "./watch-calls.js";

/** The default time limit of a case, and of each step before and after it, in milliseconds. */
export const DEFAULT_LIMIT = 20_000;

/** The outcome of a case, with information for the engine. */
export interface CaseRun {
  readonly outcome: CaseOutcome;
  /** Whether the backend does not work any more. */
  readonly broken: boolean;
  /** Whether the case failed for another reason than its time limit. Such a case may say more in a second run. */
  readonly failed: boolean;
}

/** The watch over the calls of the present case, or of the last one. */
let current: CallWatch | undefined;

/**
 * Words for the calls of the backend that have not settled, or `undefined` if there are none. For an error outside of any call.
 */
export function describePending(): string | undefined {
  const calls = [...new Set(current?.pending() ?? [])].map((call) => `\`${call}\``);
  if (calls.length === 0) return undefined;
  return `${calls.join(", ")} ${calls.length === 1 ? "has" : "have"} not settled`;
}

/** Runs one case. Backends that the case makes with `another` are disposed afterwards. */
export async function runCase(
  each: ConformanceCase,
  context: CaseContext,
  limit: number,
  noSkips: boolean,
): Promise<CaseRun> {
  const reason = reasonToSkip(each, context.backend);
  if (reason !== undefined) {
    return { outcome: skipped({ message: reason }, noSkips), broken: false, failed: false };
  }
  const made: Backend[] = [];
  const watch = watchCalls();
  current = watch;
  const another =
    context.another &&
    (async () => {
      try {
        const backend = await context.another!();
        made.push(backend);
        return watch.over(backend);
      } catch (error) {
        watch.note(error, "the factory");
        throw error;
      }
    });
  const toldOf = (error: unknown): { readonly thrown?: Thrown } => {
    const thrown = thrownOf(error, watch.callOf(error));
    return thrown ? { thrown } : {};
  };
  try {
    const watched = { ...context, backend: watch.over(context.backend), another };
    const given = await withTimeLimit(async () => each.run(watched), limit);
    // A case may have caught an error of the backend, and report it in its own words.
    const caught =
      given.status === "failed" && given.mismatch === undefined ? watch.findIn(given.message ?? "") : undefined;
    // A case may find out only while it runs that it has nothing to do here.
    const outcome: CaseOutcome =
      given.status === "skipped"
        ? skipped(given, noSkips)
        : { ...given, ...(caught === undefined ? {} : toldOf(caught)) };
    const broken = outcome.status === "failed" && !(await works(context.backend, limit));
    return { outcome, broken, failed: given.status === "failed" };
  } catch (error) {
    // A backend may throw any value, for example a string.
    const late = error instanceof TimeLimitError;
    const open = late ? describePending() : undefined;
    const message = late ? [error.message, ...(open === undefined ? [] : [open])].join(": ") : textOf(error);
    const broken = late || !(await works(context.backend, limit));
    return { outcome: { status: "failed", message, ...(late ? {} : toldOf(error)) }, broken, failed: !late };
  } finally {
    for (const backend of made) await settle(backend, limit);
  }
}

function skipped(given: Omit<CaseOutcome, "status">, noSkips: boolean): CaseOutcome {
  return noSkips ? { ...given, status: "failed", notTaken: true } : { ...given, status: "skipped" };
}

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something was thrown that has no text";
  }
}

/** The reason why this backend does not take this case, in the backend's own words. */
export function reasonToSkip(
  { needs = [], problems = [] }: ConformanceCase,
  { features }: Backend,
): string | undefined {
  for (const need of needs) {
    const support = features[need];
    if (support !== true) return `${need}: ${support.reason}`;
  }
  for (const problem of problems) {
    const support = supportOf(features, problem);
    if (support !== true) return support.reason;
  }
  return undefined;
}

async function works(backend: Backend, limit: number): Promise<boolean> {
  try {
    await withTimeLimit(() => backend.sync(), limit);
    return true;
  } catch {
    return false;
  }
}

/** Disposes a backend that may be broken. An error is ignored, because cases check `dispose`, not the engine. */
export async function settle(backend: Backend, limit: number): Promise<void> {
  try {
    await withTimeLimit(async () => backend.dispose(), limit);
  } catch {
    // A backend that cannot be disposed has failed its cases already.
  }
}
