/** What an algorithm is: which problems it takes, and how it prepares one. */

import type { Conv2dProblem, Conv2dWeights } from "@convene/core";
import type { IgemmTile, KernelName } from "../kernel-set.js";
import type { Arena } from "../memory.js";

/** Where an algorithm prepares: the tiles there are, and the memory that kernels work in. */
export interface Workplace {
  /** Narrowest first. */
  readonly tiles: readonly IgemmTile[];
  /** What is allocated here while preparing belongs to the plan, and is freed with it. */
  readonly arena: Arena;
  /** How many bytes of input a block may cover; see igemm.ts. */
  readonly blockLimits: BlockLimits;
  /** How many jobs a plan should have at least, where its output is large enough: one, for one thread. */
  readonly leastJobs: number;
}

export interface BlockLimits {
  readonly least: number;
  readonly most: number;
}

/** A problem whose weights are packed and whose tables are written, as data: whoever has the memory can run it. */
export interface Prepared {
  /** What runs, such as `"igemm-4x8"`. */
  readonly algorithm: string;
  /** Runs it, as a `RangeKernel` on the plan at this address. */
  readonly kernel: KernelName;
  readonly plan: number;
  /** Jobs in the whole output; they are independent: any range can be computed by itself, in any order. */
  readonly jobs: number;
  /** Whether the input's rows of zeros must be written before a run. */
  readonly readsZeros: boolean;
}

export interface Algorithm {
  readonly name: string;
  supports(problem: Conv2dProblem): boolean;
  prepare(place: Workplace, problem: Conv2dProblem, weights: Conv2dWeights): Prepared;
}
