/** What a case is: a name that can be pasted, what it needs, and what it does. The engine runs it; reports print it. */

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
  /** What is wrong, for a failure; the reason, for a skipped or untrusted case. */
  readonly message?: string;
  /** The largest error / bound, where the case has a bound. */
  readonly ratio?: number;
  readonly algorithm?: string;
  /** Where the wrong elements are, for a failure with wrong elements. */
  readonly mismatch?: Mismatch;
  /** The call that threw and the stack of its error, for a failure by an exception. */
  readonly thrown?: Thrown;
  /** The backend does not take the case, which `noSkips` makes a failure; `message` is the reason. */
  readonly notTaken?: true;
}

/** Whether a failure depends on cases before it. Empty where the case fails alone as well, and where that was not tried. */
export interface FailureHistory {
  /** The case passes alone, on a new backend: it fails only after another case. */
  readonly alone?: "passes";
  /** The earlier case of the same suite after which it fails on a new backend, with nothing before the two. */
  readonly after?: string;
}

/** The backend and the settings with which a case runs. */
export interface CaseContext {
  readonly backend: Backend;
  readonly accuracy: "fast" | "strict";
  /** Seeds the operands: an integer from 0 to 2³² − 1. */
  readonly seed: number;
  /** Another backend of the same kind, disposed after the case; `undefined` where only a backend was given, no factory. */
  readonly another: (() => Promise<Backend>) | undefined;
}

/** Features that a case can need. */
export type FeatureName = Exclude<keyof BackendFeatures, "supports" | "operations" | "supportsOperation">;

/** A case of the suite: a name, what it needs, and what it does with a backend. */
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
  /** Milliseconds after which it has failed. Default: the engine's. */
  readonly limit?: number;
  /** Runs the case. @throws ConveneError of the backend, such as `ERR_EXECUTION`, or any other error: the case has then failed */
  run(context: CaseContext): Promise<CaseOutcome>;
}
