/** lifecycle: rules over more than one run. No stale values, no memory that is shared wrongly, no leaks. */

import type { ConformanceCase } from "../case.js";
import { copyCases } from "./lifecycle-copies.js";
import { backendCases, disposeCases } from "./lifecycle-dispose.js";
import { emptyCases } from "./lifecycle-empty.js";
import { intoCases } from "./lifecycle-into.js";
import { memoryCases } from "./lifecycle-memory.js";
import { planCases } from "./lifecycle-plans.js";
import { notQuick } from "./quick.js";
import { PACKED_IN_OTHER_WAYS, runCases } from "./lifecycle-runs.js";
import { sharedCases } from "./lifecycle-shared.js";
import { syncCases } from "./lifecycle-sync.js";

/** A standard, a depthwise and a grouped problem: one for each kind of kernel that a backend is likely to have. */
const PROBLEMS = [
  "ic5_ih8_oc11_kh3_ph1",
  "g12_ic12_ih8_oc12_kh3_ph1",
  "g4_ic16_ih8_oc16_kh3_ph1_residual_relu",
] as const;

/** Cases of each problem. The quick selection has only the cases of the last problem, because most can go wrong there. */
function ofEach(casesOf: (text: string) => readonly ConformanceCase[]): readonly ConformanceCase[] {
  const [quick, ...others] = [...PROBLEMS].reverse();
  return [...others.reverse().flatMap((text) => notQuick(casesOf(text))), ...casesOf(quick!)];
}

export async function lifecycleCases(): Promise<readonly ConformanceCase[]> {
  return [
    ...ofEach((text) => runCases(text, text === PROBLEMS.at(-1) ? PACKED_IN_OTHER_WAYS : [])),
    ...ofEach(disposeCases),
    ...backendCases(PROBLEMS[0]),
    ...planCases(),
    ...memoryCases(),
    ...sharedCases(),
    ...ofEach(copyCases),
    ...ofEach(intoCases),
    ...ofEach(emptyCases),
    ...syncCases(),
  ];
}
