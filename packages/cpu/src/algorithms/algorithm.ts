/** The interface of an algorithm. An algorithm says which problems it takes, and plans them. */

import type { Arithmetic, Conv2dProblem, Conv2dWeights, PrepareOptions } from "@convene/core";
import type { Arena } from "../arena.js";
import type { KernelName, Tiles } from "../kernel-set.js";
import type { Sliced } from "../slices.js";

/** The surroundings of a plan: the tiles of this engine, and the memory of the kernels. */
export interface Workplace {
  readonly tiles: Tiles;
  /** Memory that is allocated here while planning belongs to the plan, and is freed with it. */
  readonly arena: Arena;
  /** How many bytes of input a block may cover; see igemm.ts. */
  readonly blockLimits: BlockLimits;
  /** The least number of jobs of a step whose output is large enough: 1 for one thread. */
  readonly leastJobs: number;
}

export interface BlockLimits {
  readonly least: number;
  readonly most: number;
}

/** One kernel over a number of jobs. Jobs are independent: any range of them can be computed by itself, in any order. */
export interface Step {
  readonly kernel: KernelName;
  /** Address of the kernel's parameters. */
  readonly params: number;
  readonly jobs: number;
  /** The index of the input that the step reads, or the shared workspace, which an earlier step has written. Left out: the first input. */
  readonly input?: number | "shared";
  /** Left out: the output. */
  readonly output?: "shared";
}

/** Bytes that a plan needs only while it runs. */
export interface WorkspaceNeed {
  /** Bytes for all workers together: one step writes them, a later step reads them. */
  readonly shared: number;
  /** Bytes of scratch for each worker. */
  readonly own: number;
}

/** An operation whose parameters and tables are written. */
export interface OperationPlan {
  /** The algorithm's name, such as `"igemm-4x8"` or `"pool"`. */
  readonly algorithm: string;
  /** The steps in order: a step begins when the step before it has ended. */
  readonly steps: readonly Step[];
  readonly workspace: WorkspaceNeed;
}

/** A plan of a convolution: packed weights and written tables, as data. Any thread that has the memory can run the plan. */
export interface Plan extends OperationPlan {
  readonly arithmetic: Arithmetic;
  /** Whether the input's rows of zeros must be written before a run. */
  readonly readsZeros: boolean;
}

export interface Algorithm {
  readonly name: string;
  supports(problem: Conv2dProblem, tiles: Tiles, accuracy: Required<PrepareOptions>["accuracy"]): boolean;
  /** Plans in slices. The arrays of `weights` must not change until the last slice is done. */
  plan(place: Workplace, problem: Conv2dProblem, weights: Conv2dWeights): Sliced<Plan>;
}
