/**
 * The problems that `exact` and `bounded` share: the corners, problems that a backend may transform, every pair of options, and
 * random problems from the seed.
 */

import { type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import { randomProblem } from "../random-problem.js";
import { DEFAULT_SEED, randomSource } from "../random-source.js";
import type { SuiteOptions } from "../suite-names.js";
import { CORNER_PROBLEMS } from "./corner-problems.js";
import { COVERING_PROBLEMS } from "./covering-problems.js";
import { WINOGRAD_PROBLEMS } from "./winograd-problems.js";

/** The problems by their origin. Each problem is there once: a random problem is left out if it is there already. */
interface StandardProblems {
  readonly corners: readonly Conv2dProblem[];
  /** Every pair of options. */
  readonly covering: readonly Conv2dProblem[];
  readonly transformable: readonly Conv2dProblem[];
  readonly random: readonly Conv2dProblem[];
}

export function standardProblems({ seed = DEFAULT_SEED, randomProblems = 200 }: SuiteOptions): StandardProblems {
  const random = randomSource(seed);
  const seen = new Set<string>();
  const unseen = (problems: readonly Conv2dProblem[]): readonly Conv2dProblem[] =>
    problems.filter((problem) => {
      const text = formatProblem(problem);
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew;
    });
  return {
    corners: unseen(CORNER_PROBLEMS.map(parseProblem)),
    covering: unseen(COVERING_PROBLEMS.map(parseProblem)),
    transformable: unseen(WINOGRAD_PROBLEMS.map(parseProblem)),
    random: unseen(Array.from({ length: randomProblems }, () => randomProblem(random))),
  };
}
