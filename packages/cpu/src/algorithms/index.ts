/** The algorithms, in the order in which they are asked. The last one takes every problem. */

import type { Conv2dProblem } from "@convene/core";
import type { Algorithm } from "./algorithm.js";
import { depthwise } from "./depthwise.js";
import { igemm } from "./igemm.js";

const ALGORITHMS: readonly Algorithm[] = [depthwise, igemm];

export function chooseAlgorithm(problem: Conv2dProblem): Algorithm {
  return ALGORITHMS.find((algorithm) => algorithm.supports(problem))!;
}
