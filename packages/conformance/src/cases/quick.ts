/** Which cases the quick selection has. Its sizes are chosen by `scripts/catch-table.ts`: what it catches with fewer cases. */

import type { ConformanceCase } from "../case.js";

/** The same cases; the quick selection has the first of every `step` of them. */
export function sparsely(step: number, cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.map((each, at) => ({ ...each, quick: at % step === 0 && (each.quick ?? true) }));
}

/** The same cases, none of them in the quick selection. */
export function notQuick(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.map((each) => ({ ...each, quick: false }));
}
