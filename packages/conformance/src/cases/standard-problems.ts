/**
 * The problems that `exact` and `bounded` share: the corners, those that can be transformed, every pair of options, and
 * random ones from the seed.
 */

import { type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import { coveringProblems } from "../covering/covering-problems.js";
import { randomProblem } from "../random-problem.js";
import { DEFAULT_SEED, randomSource } from "../random-source.js";
import type { SuiteOptions } from "../suite-names.js";
import { CORNER_PROBLEMS } from "./corner-problems.js";
import { WINOGRAD_PROBLEMS } from "./winograd-problems.js";

export function standardProblems({
  seed = DEFAULT_SEED,
  randomProblems = 200,
}: SuiteOptions): readonly Conv2dProblem[] {
  const random = randomSource(seed);
  const problems = [
    ...CORNER_PROBLEMS.map(parseProblem),
    ...WINOGRAD_PROBLEMS.map(parseProblem),
    ...coveringProblems(),
    ...Array.from({ length: randomProblems }, () => randomProblem(random)),
  ];
  // Now and then a random problem is there already; a name stands for one case.
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}
