/** The reference with Winograd's algorithm where rule 3 is stated: right, and what its faults are made from. */

import type { Arithmetic, Backend } from "@convene/core";
import { withMemory } from "../reference-backend.js";
import { hasTransformedRule } from "../transformed-bound.js";
import { copyWeights, faultyBackend, planOf } from "./faulty-backend.js";
import { RIGHT, type Steps, transformWeights, winograd } from "./winograd.js";

export interface WinogradOptions {
  /** The steps of a plan: made anew for each, so that they may hold state. Default: the right ones. */
  readonly steps?: () => Steps;
  /** What its transformed plans say of themselves. Default: `"transformed"`. */
  readonly says?: (accuracy: "fast" | "strict") => Arithmetic;
  /** Whether it transforms where `accuracy` is `"strict"`, too. Default false. */
  readonly evenStrict?: boolean;
  /** Where a plan's transformed weights lie until it runs. Default: in an array of its own. */
  readonly keep?: (packed: Float32Array) => Float32Array;
}

export function winogradBackend(name: string, options: () => WinogradOptions = () => ({})): () => Promise<Backend> {
  return faultyBackend(name, (right) => {
    // Made anew for each backend.
    const {
      steps = () => RIGHT,
      says = () => "transformed",
      evenStrict = false,
      keep = (packed) => packed,
    } = options();
    // It has nothing else that could leak, and what does not tell its memory is skipped where leaks are looked for.
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
