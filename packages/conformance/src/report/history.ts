/** Words that say whether a failure depends on earlier cases. They are the same in every report. */

import type { CaseResult } from "../run-conformance.js";

type Told = Pick<CaseResult, "alone" | "after">;

/** A sentence for a failure that does not occur alone, or `undefined` for other failures. */
export function describeHistory({ alone, after }: Told): string | undefined {
  if (alone === undefined) return undefined;
  const what = "it passes alone on a new backend, so it depends on a case that ran before";
  return after === undefined
    ? `${what}; none that was tried by itself brings it back, so the command runs the whole suite`
    : `${what}: it fails again after "${after}"`;
}

/** Words that say which cases the command of `rerunCommand` runs. */
export function rerunLabel({ alone, after }: Told): string {
  if (alone === undefined) return "run alone";
  return after === undefined ? "run suite" : "run both";
}
