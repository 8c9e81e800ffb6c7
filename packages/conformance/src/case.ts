/**
 * The type of a case: a name that can be pasted into a command, the problems and features that the case needs, and a
 * function that runs it. The engine runs cases, and reports print their names.
 */

import type { Backend, BackendFeatures, Problem } from "@convene/core";
import type { Mismatch } from "./mismatch.js";
import type { SuiteName } from "./suite-names.js";
import type { Thrown } from "./thrown.js";

/**
 * How a case can end. `"untrusted"`: the result is right, but nearly all of it is zero or clamped, so a wrong sum might not show.
 * `"skipped"`: the backend declares that it lacks a feature that the case needs.
 */
export type CaseStatus = "passed" | "failed" | "untrusted" | "skipped";

/** How a case ended. */
export interface CaseOutcome {
  readonly status: CaseStatus;
  /** The fault of a failed case, or the reason of a skipped or untrusted case. */
  readonly message?: string;
  /** The largest error / bound, if the case has a bound. */
  readonly ratio?: number;
  readonly algorithm?: string;
  /** The places of the wrong elements, for a failure with wrong elements. */
  readonly mismatch?: Mismatch;
  /** The call that threw and the stack of its error, for a failure by an exception. */
  readonly thrown?: Thrown;
  /** Whether the case failed only because the backend does not take it and `noSkips` is set. `message` is the backend's reason. */
  readonly notTaken?: true;
}

/** Whether a failure depends on earlier cases. Empty if the case also fails alone, and if this was not tried. */
export interface FailureHistory {
  /** The case passes alone, on a new backend, so it fails only after another case. */
  readonly alone?: "passes";
  /** An earlier case of the same suite. On a new backend, where only this case runs before it, the failed case fails again. */
  readonly after?: string;
}

/** The backend and the settings with which a case runs. */
export interface CaseContext {
  readonly backend: Backend;
  readonly accuracy: "fast" | "strict";
  /** Seeds the operands: an integer from 0 to 2³² − 1. */
  readonly seed: number;
  /** Makes another backend of the same kind, which is disposed after the case. `undefined` if the caller gave a backend and no factory. */
  readonly another: (() => Promise<Backend>) | undefined;
}

/** Features that a case can need. */
export type FeatureName = Exclude<keyof BackendFeatures, "supports" | "operations" | "supportsOperation">;

/** A case of the suite. */
export interface ConformanceCase {
  readonly suite: SuiteName;
  /** A problem's string, or a sentence that begins with one. Unique within its suite. */
  readonly name: string;
  /** The problems that the case runs. A backend that does not take one of them, or lacks an operation, skips the case with its reason. */
  readonly problems?: readonly Problem[];
  /** Features that the case needs. A backend that declares to lack one skips the case with its own reason. */
  readonly needs?: readonly FeatureName[];
  /** Whether the quick selection includes the case. Default true. */
  readonly quick?: boolean;
  /** Milliseconds after which the case has failed. Default: the engine's limit. */
  readonly limit?: number;
  /** Runs the case. @throws ConveneError of the backend, such as `ERR_EXECUTION`, or any other error: the case has then failed */
  run(context: CaseContext): Promise<CaseOutcome>;
}
