/** lifecycle: what must hold over more than one run. Nothing stale, nothing shared that should not be, nothing left over. */

import type { ConformanceCase } from "../case.js";
import { copyCases } from "./lifecycle-copies.js";
import { backendCases, disposeCases } from "./lifecycle-dispose.js";
import { emptyCases } from "./lifecycle-empty.js";
import { intoCases } from "./lifecycle-into.js";
import { memoryCases } from "./lifecycle-memory.js";
import { planCases } from "./lifecycle-plans.js";
import { runCases } from "./lifecycle-runs.js";
import { sharedCases } from "./lifecycle-shared.js";
import { syncCases } from "./lifecycle-sync.js";

/** A standard, a depthwise and a grouped problem: one for each kind of kernel that a backend is likely to have. */
const PROBLEMS = [
  "ic5_ih8_oc11_kh3_ph1",
  "g12_ic12_ih8_oc12_kh3_ph1",
  "g4_ic16_ih8_oc16_kh3_ph1_residual_relu",
] as const;

export async function lifecycleCases(): Promise<readonly ConformanceCase[]> {
  return [
    ...PROBLEMS.flatMap(runCases),
    ...PROBLEMS.flatMap(disposeCases),
    ...backendCases(PROBLEMS[0]),
    ...planCases(),
    ...memoryCases(),
    ...sharedCases(),
    ...PROBLEMS.flatMap(copyCases),
    ...PROBLEMS.flatMap(intoCases),
    ...PROBLEMS.flatMap(emptyCases),
    ...syncCases(),
  ];
}
