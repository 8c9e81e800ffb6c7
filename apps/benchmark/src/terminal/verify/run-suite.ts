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
  /** Only cases whose name contains this. */
  readonly only: string | undefined;
  readonly patience: Patience;
  readonly onCase: (result: CaseResult, done: number, total: number) => void;
  /** The command that runs a failed case again. */
  readonly rerun: (name: string) => string;
}

/** What a suite compares with; the others hold a backend to what it must do, or to what it says of itself. */
const AGAINST: Partial<Record<SuiteName, Against>> = {
  exact: "the float64 reference",
  bounded: "the float64 reference",
  goldens: "PyTorch's results",
};

/** Why a suite ends early that nobody stopped. */
class OutOfPatience extends Error {}

/** Counts into a tally as cases end, so that nothing is lost where Ctrl-C makes it throw. */
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
    // The engine asks for another backend where a case has broken one; it may get none.
    const thrown = error instanceof UnsettledError ? undefined : thrownOf(error, "the factory");
    const outcome = { status: "failed", message: messageOf(error), ...(thrown ? { thrown } : {}) } as const;
    tallies.of(check, name).add("the rest", outcome, 0, rerun(""));
  }
}
