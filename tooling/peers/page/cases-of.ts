/** Which cases a task is of: those that `runConformance` has for the same selection, so that each of them runs when it is named. */

import { selectCases } from "../../../packages/conformance/src/select-cases.js";
import type { Task } from "./task.js";

export async function casesOf({
  suites,
  selection,
  seed,
  randomProblems,
  only = "",
}: Pick<Task, "suites" | "selection" | "seed" | "randomProblems" | "only">): ReturnType<typeof selectCases> {
  const random = randomProblems === undefined ? {} : { randomProblems };
  const cases = await selectCases({ suites, selection, seed, ...random });
  return cases.filter(({ name }) => name.includes(only));
}
