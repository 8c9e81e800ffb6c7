/** An operation as kernels that run one after the other. */

import type { OperationParameters, Shape4 } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { LANES, type Nc4hw4, nc4hw4Of } from "../nc4hw4.js";

/** A kernel's argument: an input of the operation, its table of numbers, or the output of an earlier step. */
export interface Read {
  readonly of: "input" | "table" | "step";
  /** The index of the input or step; 0 for the table. */
  readonly index: number;
  readonly planes: Nc4hw4;
}

/** One kernel. */
export interface Step {
  /** Identifies the kernel: steps with the same key share a kernel. */
  readonly key: string;
  /** The kernel's arguments by name, in their order. */
  readonly reads: Readonly<Record<string, Read>>;
  readonly output: Nc4hw4;
  readonly source: (access: Access) => string;
}

/** The last step writes the operation's output. The outputs of the other steps belong to the plan. */
export interface Steps {
  /** The algorithm's name, without the engine's. */
  readonly algorithm: string;
  /** The size of the numbers that kernels read beside the inputs: weights, slopes, tables. */
  readonly table?: Nc4hw4;
  readonly steps: readonly Step[];
}

/** How the problems of a kind are computed. */
export interface OperationKernels<P> {
  /** @param mostInputs how many tensors a kernel can read on this engine, the table among them */
  steps(problem: P, mostInputs: number): Steps;
  /** The numbers of the table. */
  pack?(problem: P, parameters: OperationParameters): Float32Array<ArrayBuffer>;
  /** The reason why no engine can run a problem; undefined where one can. */
  refuse?(problem: P): string | undefined;
}

export const input = (shape: Shape4, index = 0): Read => ({ of: "input", index, planes: nc4hw4Of(shape) });
export const table = (planes: Nc4hw4): Read => ({ of: "table", index: 0, planes });

/** The size of a table of one number, for a number that no shading language can write. */
export const ONE_TEXEL: Nc4hw4 = { planes: 1, height: 1, width: 1 };

/** The table of `ONE_TEXEL`. */
export function packOne(value: number): Float32Array<ArrayBuffer> {
  return new Float32Array(LANES).fill(value);
}
