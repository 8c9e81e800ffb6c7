/** What an algorithm is: which problems it takes, and how it prepares one. */

import type { Conv2dProblem, Conv2dWeights } from "@convene/core";
import type { Kernels } from "../kernels.js";
import type { Arena } from "../memory.js";

/** Where an algorithm prepares: kernels, and the memory that they work in. */
export interface Workplace {
  readonly kernels: Kernels;
  /** What is allocated here while preparing belongs to the plan, and is freed with it. */
  readonly arena: Arena;
  /** How many bytes of input a block may cover; see igemm.ts. */
  readonly blockLimits: BlockLimits;
}

export interface BlockLimits {
  readonly least: number;
  readonly most: number;
}

/** A problem whose weights are packed and whose tables are written. */
export interface Prepared {
  /** What runs, such as `"igemm-4x8"`. */
  readonly algorithm: string;
  /** Jobs in the whole output; they are independent, and any range can be computed by itself. */
  readonly jobs: number;
  /** Whether the input's rows of zeros must be written before a run. */
  readonly readsZeros: boolean;
  /** Computes jobs `start` to `end`, in any order and division. Addresses as in `RangeKernel`. */
  readonly run: (input: number, output: number, residual: number, start: number, end: number) => void;
}

export interface Algorithm {
  readonly name: string;
  supports(problem: Conv2dProblem): boolean;
  prepare(place: Workplace, problem: Conv2dProblem, weights: Conv2dWeights): Prepared;
}
