/** An algorithm: it says which problems it takes, and plans one. */

import type { Arithmetic, Conv2dProblem, Conv2dWeights, PrepareOptions } from "@convene/core";
import type { Arena } from "../arena.js";
import type { KernelName, Tiles } from "../kernel-set.js";
import type { Sliced } from "../slices.js";

/** The surroundings of a plan: the tiles that exist, and the memory that kernels work in. */
export interface Workplace {
  readonly tiles: Tiles;
  /** What is allocated here while planning belongs to the plan, and is freed with it. */
  readonly arena: Arena;
  /** How many bytes of input a block may cover; see igemm.ts. */
  readonly blockLimits: BlockLimits;
  /** How many jobs a step should have at least, where its output is large enough: one, for one thread. */
  readonly leastJobs: number;
}

export interface BlockLimits {
  readonly least: number;
  readonly most: number;
}

/** One kernel over a number of jobs. They are independent: any range can be computed by itself, in any order. */
export interface Step {
  readonly kernel: KernelName;
  /** Address of the kernel's parameters. */
  readonly params: number;
  readonly jobs: number;
  /** The input that it reads, or the shared workspace, which an earlier step has written. Left out: the first input. */
  readonly input?: number | "shared";
  /** Left out: the output. */
  readonly output?: "shared";
}

/** Bytes that a plan needs while it runs, and nobody keeps. */
export interface WorkspaceNeed {
  /** For all workers together: what one step writes and the next one reads. */
  readonly shared: number;
  /** For each worker by itself: scratch. */
  readonly own: number;
}

/** An operation whose parameters and tables are written. */
export interface OperationPlan {
  /** What runs, such as `"igemm-4x8"` or `"pool"`. */
  readonly algorithm: string;
  /** In order: a step begins when the one before it has ended. */
  readonly steps: readonly Step[];
  readonly workspace: WorkspaceNeed;
}

/** A problem whose weights are packed and whose tables are written, as data: whoever has the memory can run it. */
export interface Plan extends OperationPlan {
  readonly arithmetic: Arithmetic;
  /** Whether the input's rows of zeros must be written before a run. */
  readonly readsZeros: boolean;
}

export interface Algorithm {
  readonly name: string;
  supports(problem: Conv2dProblem, tiles: Tiles, accuracy: Required<PrepareOptions>["accuracy"]): boolean;
  /** In slices: the arrays of `weights` stay as they are until the last one is done. */
  plan(place: Workplace, problem: Conv2dProblem, weights: Conv2dWeights): Sliced<Plan>;
}
