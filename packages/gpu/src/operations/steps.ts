/** An operation as kernels that run one after the other. */

import type { OperationParameters, Shape4 } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { LANES, type Nc4hw4, nc4hw4Of } from "../nc4hw4.js";

/** What a kernel reads: an input of the operation, its table of numbers, or what an earlier step has written. */
export interface Read {
  readonly of: "input" | "table" | "step";
  /** Which input or step; 0 for the table. */
  readonly index: number;
  readonly planes: Nc4hw4;
}

/** One kernel. */
export interface Step {
  /** What tells the kernel from all others: steps of one key share a kernel. */
  readonly key: string;
  /** By the names of the kernel's arguments, in their order. */
  readonly reads: Readonly<Record<string, Read>>;
  readonly output: Nc4hw4;
  readonly source: (access: Access) => string;
}

/** The last step writes the output; what the others write belongs to the plan. */
export interface Steps {
  /** What runs, without the engine's name. */
  readonly algorithm: string;
  /** Of the numbers that kernels read beside the inputs: weights, slopes, tables. */
  readonly table?: Nc4hw4;
  readonly steps: readonly Step[];
}

/** How the problems of a kind are computed. */
export interface OperationKernels<P> {
  /** @param mostInputs how many tensors a kernel can read on this engine, the table among them */
  steps(problem: P, mostInputs: number): Steps;
  /** The numbers of the table. */
  pack?(problem: P, parameters: OperationParameters): Float32Array<ArrayBuffer>;
  /** Why a problem cannot be, where no engine could have it. */
  refuse?(problem: P): string | undefined;
}

export const input = (shape: Shape4, index = 0): Read => ({ of: "input", index, planes: nc4hw4Of(shape) });
export const table = (planes: Nc4hw4): Read => ({ of: "table", index: 0, planes });

/** The table of a kernel that needs one number, which no shading language has a word for. */
export const ONE_TEXEL: Nc4hw4 = { planes: 1, height: 1, width: 1 };

/** The table of `ONE_TEXEL`. */
export function packOne(value: number): Float32Array<ArrayBuffer> {
  return new Float32Array(LANES).fill(value);
}
