/** What a case is: a name that can be pasted, what it needs, and what it does. The engine runs it; reports print it. */

import type { Backend, BackendFeatures, Problem } from "@convene/core";
import type { Mismatch } from "./mismatch.js";
import type { SuiteName } from "./suite-names.js";
import type { Thrown } from "./thrown.js";

/**
 * How a case can end. `"untrusted"`: the result is right, and so nearly all zeros or clamped that a wrong one might look the
 * same. `"skipped"`: the backend declares that it does not have what the case needs.
 */
export type CaseStatus = "passed" | "failed" | "untrusted" | "skipped";

/** How a case ended. */
export interface CaseOutcome {
  readonly status: CaseStatus;
  /** Of a failure: what is wrong. Of a skip: the reason. Of an untrusted case: why. */
  readonly message?: string;
  /** The largest error / bound, where the case has a bound. */
  readonly ratio?: number;
  readonly algorithm?: string;
  /** Of a failure that wrong elements show: where they are. */
  readonly mismatch?: Mismatch;
  /** Of a failure that an exception is: the call that gave it, and its stack. */
  readonly thrown?: Thrown;
}

/** What a failure owes to the cases before it. Empty where it fails alone as well, and where that was not tried. */
export interface FailureHistory {
  /** Alone, on a new backend, the case does not fail: it takes a case that ran before. */
  readonly alone?: "passes";
  /** The earlier case of the same suite after which it fails on a new backend, with nothing before the two. */
  readonly after?: string;
}

/** What a case gets to work with. */
export interface CaseContext {
  readonly backend: Backend;
  readonly accuracy: "fast" | "strict";
  /** Seeds operands. */
  readonly seed: number;
  /** Another backend of the same kind, disposed after the case; `undefined` where only a backend was given, no factory. */
  readonly another: (() => Promise<Backend>) | undefined;
}

/** Features that a case can need. Which problems a backend takes, it says of each. */
export type FeatureName = Exclude<keyof BackendFeatures, "supports" | "operations" | "supportsOperation">;

/** A case of the suite: a name, what it needs, and what it does with a backend. */
export interface ConformanceCase {
  readonly suite: SuiteName;
  /** A problem's string, or a sentence that begins with one. Unique within its suite. */
  readonly name: string;
  /** What it runs: a backend that does not take one of these, or does not have an operation, skips the case with the reason. */
  readonly problems?: readonly Problem[];
  /** A backend that declares to lack one of these skips the case, with its own reason. */
  readonly needs?: readonly FeatureName[];
  /** Whether the quick selection has it. Default true. */
  readonly quick?: boolean;
  /** Milliseconds after which it has failed. Default: the engine's. */
  readonly limit?: number;
  run(context: CaseContext): Promise<CaseOutcome>;
}
