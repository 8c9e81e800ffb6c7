/** Marks the cases of the quick selection. `scripts/catch-table.ts` shows which faults a smaller selection still catches, and so chose its size. */

import type { ConformanceCase } from "../case.js";

/** The same cases; the quick selection has the first of every `step` of them. */
export function sparsely(step: number, cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.map((each, at) => ({ ...each, quick: at % step === 0 && (each.quick ?? true) }));
}

/** The same cases. None of them is in the quick selection. */
export function notQuick(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.map((each) => ({ ...each, quick: false }));
}
