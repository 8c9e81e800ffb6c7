/** Activations as functions in float64, and their derivatives, by PyTorch's definitions. */

import type { Activation } from "@convene/core";
import { activationRange, isClamp } from "@convene/core/backend";
import { erfc } from "./erf.js";

/** A function of one number, by its definition. NaN gives NaN. */
export type RealFunction = (x: number) => number;

/** The functions with more than a few roundings: value and derivative. */
export const FUNCTIONS = {
  sigmoid: { value: sigmoid, slope: (x: number): number => sigmoid(x) * sigmoid(-x) },
  silu: {
    value: (x: number): number => x * sigmoid(x),
    slope: (x: number): number => sigmoid(x) + x * sigmoid(x) * sigmoid(-x),
  },
  tanh: { value: Math.tanh, slope: (x: number): number => 4 * sigmoid(2 * x) * sigmoid(-2 * x) },
  gelu: {
    value: (x: number): number => x * normal(x),
    slope: (x: number): number => normal(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  },
  geluTanh: {
    // (1 + tanh(t)) / 2 is sigmoid(2t), which does not cancel.
    value: (x: number): number => x * sigmoid(2 * inner(x)),
    slope: (x: number): number =>
      sigmoid(2 * inner(x)) + x * sigmoid(2 * inner(x)) * sigmoid(-2 * inner(x)) * 2 * innerSlope(x),
  },
} as const satisfies Record<string, { readonly value: RealFunction; readonly slope: RealFunction }>;

export type FunctionName = keyof typeof FUNCTIONS;

/** The name of an activation that is one of `FUNCTIONS`. */
export function functionName(activation: Activation): FunctionName | undefined {
  return typeof activation === "string" && activation in FUNCTIONS ? (activation as FunctionName) : undefined;
}

/** The alpha and beta of hardSigmoid, which is clamp(alpha·x + beta, 0, 1). PyTorch does not round its two numbers to float32. */
export function hardSigmoidLine(activation: Activation): readonly [alpha: number, beta: number] {
  return typeof activation === "object" && "hardSigmoid" in activation ? activation.hardSigmoid : [1 / 6, 1 / 2];
}

/** The activation as a function. */
export function activationFunction(activation: Activation): RealFunction {
  if (isClamp(activation)) {
    const [min, max] = activationRange(activation);
    return (x) => clamp(x, min, max);
  }
  const name = functionName(activation);
  if (name) return FUNCTIONS[name].value;
  if (typeof activation === "object" && "leakyRelu" in activation) return (x) => leaky(x, activation.leakyRelu);
  const [alpha, beta] = hardSigmoidLine(activation);
  const gate: RealFunction = (x) => clamp(alpha * x + beta, 0, 1);
  return activation === "hardSwish" ? (x) => x * gate(x) : gate;
}

/** A clamp that gives NaN for NaN, as Math.min and Math.max do. */
export function clamp(x: number, min: number, max: number): number {
  return Math.min(Math.max(x, min), max);
}

/** leakyRelu and prelu: `torch.nn.functional.leaky_relu` for a slope of any sign. */
export function leaky(x: number, slope: number): number {
  return x > 0 ? x : slope * x;
}

/** 1 / (1 + exp(-x)), written so that the exponential does not overflow. */
function sigmoid(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** The distribution function of the normal distribution: (1 + erf(x/√2)) / 2. */
function normal(x: number): number {
  return erfc(-x / Math.SQRT2) / 2;
}

/** The argument of tanh in GELU with `approximate="tanh"`. */
function inner(x: number): number {
  return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
}

function innerSlope(x: number): number {
  return Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);
}
