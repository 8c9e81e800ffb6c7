/** One conformance suite on one backend. */

import { type CaseResult, messageOf, runConformance, type SuiteName, thrownOf } from "@convene/conformance";
import type { OpenBackend } from "../../engine/open-backends.js";
import type { Io } from "../io.js";
import { settle, UnsettledError } from "../../engine/settle.js";
import type { Patience } from "../../engine/verify/patience.js";
import type { Against, Check, Tallies } from "../../engine/verify/tally.js";

export interface RunSuiteOptions {
  readonly seed: number;
  /** Random problems, in a suite that has some; default: the suite's own count. */
  readonly randomProblems: number | undefined;
  /** Only cases whose name contains this text run. */
  readonly only: string | undefined;
  readonly patience: Patience;
  readonly onCase: (result: CaseResult, done: number, total: number) => void;
  /** The command that runs a failed case again. */
  readonly rerun: (name: string) => string;
}

/** The source of a suite's right results. The other suites check what every backend must do, or what a backend declares of itself. */
const AGAINST: Partial<Record<SuiteName, Against>> = {
  exact: "the float64 reference",
  bounded: "the float64 reference",
  goldens: "PyTorch's results",
};

/** Thrown to end a suite early, because its backend is given up. */
class OutOfPatience extends Error {}

/** Counts each case in a tally when the case ends, so that no result is lost if Ctrl-C makes this function throw. */
export async function runSuite(
  suite: SuiteName,
  { name, another }: OpenBackend,
  tallies: Tallies,
  io: Io,
  { seed, randomProblems, only, patience, onCase, rerun }: RunSuiteOptions,
): Promise<void> {
  const check: Check = { name: suite, against: AGAINST[suite], exact: suite === "exact" };
  const options = {
    suites: [suite],
    seed,
    ...(randomProblems === undefined ? {} : { randomProblems }),
    ...(only === undefined ? {} : { only }),
    signal: {
      throwIfAborted() {
        io.signal.throwIfAborted();
        if (patience.lost(name)) throw new OutOfPatience();
      },
    },
  };
  try {
    const { diagnosis } = await settle(io, () =>
      runConformance(another, {
        ...options,
        onCase: (result, done, total) => {
          const { suite: _, name: text, milliseconds, ...outcome } = result;
          tallies.of(check, name).add(text, outcome, milliseconds, rerun(text));
          patience.note(name, result);
          onCase(result, done, total);
        },
      }),
    );
    if (diagnosis) tallies.of(check, name).diagnose(diagnosis.findings);
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof OutOfPatience) return;
    // If a case breaks the backend, the suite asks for another backend, and the factory may fail.
    const thrown = error instanceof UnsettledError ? undefined : thrownOf(error, "the factory");
    const outcome = { status: "failed", message: messageOf(error), ...(thrown ? { thrown } : {}) } as const;
    tallies.of(check, name).add("the rest", outcome, 0, rerun(""));
  }
}
