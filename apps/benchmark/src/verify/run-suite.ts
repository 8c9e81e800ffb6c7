/** One conformance suite on one backend. */

import { runConformance, type SuiteName } from "@convene/conformance";
import type { OpenBackend } from "../backends.js";
import { tally, type TallyResult } from "./tally.js";

export interface RunSuiteOptions {
  readonly seed: number;
  /** Random problems, in a suite that has some; default: the suite's own count. */
  readonly randomProblems: number | undefined;
  readonly signal: AbortSignal;
  readonly onCase: (done: number, total: number) => void;
  /** The command that runs a failed case again. */
  readonly rerun: (suite: SuiteName, name: string, backend: string) => string;
}

export async function runSuite(
  suite: SuiteName,
  { name, backend }: OpenBackend,
  options: RunSuiteOptions,
): Promise<TallyResult> {
  const { seed, randomProblems, signal, onCase, rerun } = options;
  const into = tally(suite, name);
  await runConformance(backend, {
    suites: [suite],
    seed,
    ...(randomProblems === undefined ? {} : { randomProblems }),
    signal,
    onCase: (result, done, total) => {
      into.add(result.name, result, result.milliseconds, rerun(suite, result.name, name));
      onCase(done, total);
    },
  });
  return into.result();
}
