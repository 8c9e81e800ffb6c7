/** The reference with Winograd's algorithm for the problems of rule 3. It is right, and the faulty backends with Winograd are made from it. */

import type { Arithmetic, Backend } from "@convene/core";
import { withMemory } from "../reference-backend.js";
import { hasTransformedRule } from "../transformed-bound.js";
import { copyWeights, faultyBackend, planOf } from "./faulty-backend.js";
import { RIGHT, type Steps, transformWeights, winograd } from "./winograd.js";

export interface WinogradOptions {
  /** Makes the steps of a plan. Each plan gets new steps, so that they may hold state. Default: the right steps. */
  readonly steps?: () => Steps;
  /** The `arithmetic` that transformed plans declare. Default: `"transformed"`. */
  readonly says?: (accuracy: "fast" | "strict") => Arithmetic;
  /** Whether the backend also transforms if `accuracy` is `"strict"`. Default: false. */
  readonly evenStrict?: boolean;
  /** Keeps a plan's transformed weights until the plan runs. Default: in an array of the plan. */
  readonly keep?: (packed: Float32Array) => Float32Array;
}

export function winogradBackend(name: string, options: () => WinogradOptions = () => ({})): () => Promise<Backend> {
  return faultyBackend(name, (right) => {
    // Each backend gets its own reference.
    const {
      steps = () => RIGHT,
      says = () => "transformed",
      evenStrict = false,
      keep = (packed) => packed,
    } = options();
    // The backend reports its memory, because the suite skips cases about leaks otherwise. Only these tensors could leak.
    const { allocate, free, memory } = withMemory(right);
    return {
      allocate,
      free,
      memory: memory!,
      prepareConv2d: async (problem, weights, prepareOptions) => {
        const { accuracy } = prepareOptions;
        if (!hasTransformedRule(problem) || (accuracy === "strict" && !evenStrict)) {
          return right.prepareConv2d(problem, weights, prepareOptions);
        }
        const own = steps();
        const packed = keep(transformWeights(weights.weight, own));
        return {
          ...planOf((operands, output) => winograd(problem, packed, operands, output, own), copyWeights(weights)),
          algorithm: "winograd-4x4",
          arithmetic: says(accuracy),
        };
      },
    };
  });
}
