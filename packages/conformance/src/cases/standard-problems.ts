/** The problems that `exact` and `bounded` share: the corners, and random ones from the seed. */

import { type Conv2dProblem, parseProblem } from "@convene/core";
import { randomProblem } from "../random-problem.js";
import { DEFAULT_SEED, randomSource } from "../random-source.js";
import type { SuiteOptions } from "../suite-names.js";
import { CORNER_PROBLEMS } from "./corner-problems.js";

export function standardProblems({
  seed = DEFAULT_SEED,
  randomProblems = 200,
}: SuiteOptions): readonly Conv2dProblem[] {
  const random = randomSource(seed);
  return [...CORNER_PROBLEMS.map(parseProblem), ...Array.from({ length: randomProblems }, () => randomProblem(random))];
}
