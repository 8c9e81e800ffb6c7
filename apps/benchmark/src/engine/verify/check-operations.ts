/** Compares operations beside convolution with the reference, on every backend. */

import { checkOperationProblem, codeOf, messageOf, thrownOf, watchCalls } from "@convene/conformance";
import { formatOperation, type OperationProblem } from "@convene/core";
import type { OpenBackend } from "../open-backends.js";
import type { Tallies } from "./tally.js";
import { breathe, settle, type Waiting } from "../settle.js";

export interface CheckOperationsOptions {
  readonly seed: number;
  readonly label: string;
  /** The command that runs one problem alone. */
  readonly rerun: (problem: string, backends: readonly string[]) => string;
}

/** Counts cases in a tally for each backend. Throws after Ctrl-C. */
export async function checkOperations(
  problems: readonly OperationProblem[],
  backends: readonly OpenBackend[],
  into: Tallies,
  waiting: Waiting,
  { seed, label, rerun }: CheckOperationsOptions,
): Promise<void> {
  for (const { name, backend } of backends) {
    const watch = watchCalls();
    const tally = into.of({ name: `${label}, operations`, against: "the float64 reference", exact: false }, name);
    for (const problem of problems) {
      const text = formatOperation(problem);
      const start = performance.now();
      const outcome = await settle(waiting, () => checkOperationProblem(watch.over(backend), problem, { seed })).catch(
        async (error: unknown) => {
          await breathe(waiting);
          if (codeOf(error) === "ERR_UNSUPPORTED") return { status: "skipped" as const, message: messageOf(error) };
          const thrown = thrownOf(error, watch.callOf(error));
          return { status: "failed" as const, message: messageOf(error), ...(thrown ? { thrown } : {}) };
        },
      );
      tally.add(text, outcome, performance.now() - start, rerun(text, [name]));
    }
  }
}
