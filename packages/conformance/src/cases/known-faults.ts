/** known-faults: real faults of public libraries, a case for each, named by the address of the report. */

import { type Backend, parseProblem, problemCost } from "@convene/core";
import type { CaseOutcome, ConformanceCase } from "../case.js";
import { checkProblem } from "../check-problem.js";
import { KNOWN_FAULTS, type KnownFault } from "./known-faults-list.js";

/** The most multiply-accumulates of a problem in the quick selection. */
const MOST_QUICK_MACS = 200_000;

export async function knownFaultCases(): Promise<readonly ConformanceCase[]> {
  return KNOWN_FAULTS.map(knownFaultCase);
}

function knownFaultCase({ address, about, problems: texts }: KnownFault): ConformanceCase {
  const problems = texts.map(parseProblem);
  return {
    suite: "known-faults",
    name: `${texts[0]}, ${about}`,
    problems,
    quick: problems.every((problem) => problemCost(problem).macs < MOST_QUICK_MACS),
    async run({ backend, seed, accuracy }) {
      const outcome = await checkAll(backend, problems, { seed, accuracy });
      if (outcome.status !== "failed" || address === undefined) return outcome;
      return { ...outcome, message: `${outcome.message}; a fault like this was told at ${address}` };
    },
  };
}

/** Checks the problems one after the other, with integers and with real values. The first wrong problem ends the case. */
async function checkAll(
  backend: Backend,
  problems: readonly ReturnType<typeof parseProblem>[],
  options: { readonly seed: number; readonly accuracy: "fast" | "strict" },
): Promise<CaseOutcome> {
  let last: CaseOutcome = { status: "passed" };
  let ratio = 0;
  for (const problem of problems) {
    for (const kind of ["integer", "real"] as const) {
      last = await checkProblem(backend, problem, kind, options);
      ratio = Math.max(ratio, last.ratio ?? 0);
      if (last.status !== "passed") return last;
    }
  }
  return { ...last, ratio };
}
