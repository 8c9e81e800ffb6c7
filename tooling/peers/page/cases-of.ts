/** The cases of a task: the cases of `runConformance` for the same selection, so that it finds each of them by its name. */

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
