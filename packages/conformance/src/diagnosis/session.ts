/** The backend on which a diagnosis tries problems. After a try that breaks it a new backend is made. Each wait has a time limit. */

import type { Backend, Conv2dProblem, OperationProblem, Problem } from "@convene/core";
import { settle } from "../run-case.js";
import { withTimeLimit } from "../time-limit.js";
import {
  type Conv2dTrial,
  type OperationTrial,
  type Trial,
  type TrialOptions,
  tryConv2d,
  tryOperation,
  tryProblem,
} from "./trial.js";

export interface SessionOptions {
  /** Without a factory nothing is tried, and only the results of the run are compared. */
  readonly factory: (() => Promise<Backend>) | undefined;
  readonly accuracy: "fast" | "strict";
  readonly seed: number;
  readonly signal?: { throwIfAborted(): void } | undefined;
  /** Milliseconds for all tries together. One try may take a quarter of them. Default: 4,000. */
  readonly time?: number;
}

const DEFAULT_TIME = 4_000;
/** The most tries of one diagnosis. This number ends a diagnosis, and not the clock, except on a very slow machine. So the same run gives the same words. */
const MOST_TRIES = 200;

type Extra = Partial<Pick<TrialOptions, "kind" | "layout" | "beforeRun" | "beforeRead" | "accuracy">>;

export interface Session {
  /** The seed of the operands of all tries. */
  readonly seed: number;
  /** Tries a convolution. Gives the trial, or the error that the backend threw, or `undefined` if there is no time left. */
  conv2d(problem: Conv2dProblem, extra?: Extra): Promise<Conv2dTrial | { readonly error: unknown } | undefined>;
  operation(
    problem: OperationProblem,
    extra?: Extra,
  ): Promise<OperationTrial | { readonly error: unknown } | undefined>;
  any(problem: Problem, extra?: (backend: Backend) => Extra): Promise<Trial | { readonly error: unknown } | undefined>;
  /** The result of `work`, or the error that the backend threw, or `undefined` if there is no time left. */
  use<T>(work: (backend: Backend) => Promise<T>): Promise<T | { readonly error: unknown } | undefined>;
  /** Whether there is time for another try. */
  hasTime(): boolean;
  dispose(): Promise<void>;
}

export function createSession({ factory, accuracy, seed, signal, time = DEFAULT_TIME }: SessionOptions): Session {
  let backend: Backend | undefined;
  /** Milliseconds that the tries took. The diagnosis's own computing does not count, because it takes longer on a busy machine. */
  let spent = 0;
  const tryTime = time / 4;
  let tries = 0;
  const hasTime = (): boolean => factory !== undefined && tries < MOST_TRIES && spent < time;
  const attempt = async <T>(work: (backend: Backend, options: TrialOptions) => Promise<T>) => {
    if (!factory || !hasTime()) return undefined;
    tries++;
    signal?.throwIfAborted();
    const start = performance.now();
    try {
      const own = (backend ??= await withTimeLimit(factory, tryTime));
      return await withTimeLimit(async () => work(own, { accuracy, seed }), tryTime);
    } catch (error) {
      const broken = backend;
      backend = undefined;
      if (broken) await settle(broken, tryTime);
      return { error };
    } finally {
      spent += performance.now() - start;
    }
  };
  return {
    seed,
    conv2d: (problem, extra = {}) => attempt((own, options) => tryConv2d(own, problem, { ...options, ...extra })),
    operation: (problem, extra = {}) => attempt((own, options) => tryOperation(own, problem, { ...options, ...extra })),
    any: (problem, extra = () => ({})) =>
      attempt((own, options) => tryProblem(own, problem, { ...options, ...extra(own) })),
    use: (work) => attempt((own) => work(own)),
    hasTime,
    async dispose() {
      if (backend) await settle(backend, tryTime);
      backend = undefined;
    },
  };
}
