/** The functions of the kernel `elementwise`: their codes in assembly/elementwise.ts, and their numbers for each activation. */

import type { Activation, Clamp } from "@convene/core";
import { activationRange, isClamp } from "@convene/core/backend";

/** The functions, in the order of their codes in assembly/elementwise.ts. */
export const FUNCTION_CODES = [
  /** `x` within `[min, max]`. */
  "clamp",
  /** `alpha·x` below 0. */
  "leakyRelu",
  /** `clamp(alpha·x + beta, 0, max)·scale`. */
  "hardSigmoid",
  /** `x` times `clamp(alpha·x + beta, 0, max)·scale`. */
  "hardSwish",
  "sigmoid",
  "silu",
  "tanh",
  "gelu",
  "geluTanh",
  /** `x + y` and `x·y` within `[min, max]`. */
  "add",
  "multiply",
  /** `y·x` below 0. */
  "prelu",
] as const;
/** Bytes of the functions' constants in each worker's part of the workspace, as in assembly/functions.ts. */
export const CONSTANT_BYTES = 192;

export type FunctionName = (typeof FUNCTION_CODES)[number];

/** A function's code and numbers, as parameters of `elementwise`. */
export interface ElementFunction {
  readonly code: number;
  readonly alpha: number;
  readonly beta: number;
  readonly scale: number;
  readonly min: number;
  readonly max: number;
}

/** A function. Numbers that are not given have values without effect. */
export function elementFunction(name: FunctionName, numbers: Partial<ElementFunction> = {}): ElementFunction {
  const code = FUNCTION_CODES.indexOf(name);
  return { alpha: 0, beta: 0, scale: 1, min: -Infinity, max: Infinity, ...numbers, code };
}

/** `add` or `multiply`, and then a clamp. */
export function binaryFunction(name: "add" | "multiply", activation: Clamp | undefined): ElementFunction {
  const [min, max] = activationRange(activation);
  return elementFunction(name, { min, max });
}

/** `(x + 3)/6` rather than `x/6 + 1/2`: near −3, where the sum is almost 0, it has no rounding error, and 6·(1/6) is 1 in float32. */
const SIXTHS = { alpha: 1, beta: 3, max: 6, scale: 1 / 6 } as const;

export function activationFunction(activation: Activation): ElementFunction {
  if (isClamp(activation)) {
    const [min, max] = activationRange(activation);
    return elementFunction("clamp", { min, max });
  }
  if (activation === "hardSigmoid" || activation === "hardSwish") return elementFunction(activation, SIXTHS);
  if (typeof activation === "string") return elementFunction(activation as FunctionName);
  if ("leakyRelu" in activation) return elementFunction("leakyRelu", { alpha: activation.leakyRelu });
  const [alpha, beta] = activation.hardSigmoid;
  return elementFunction("hardSigmoid", { alpha, beta, max: 1 });
}
