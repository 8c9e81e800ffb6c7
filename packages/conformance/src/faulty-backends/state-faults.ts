/** Right the first time, or when alone. One run, prepared and thrown away, does not show these. */

import { referenceConv2d } from "../reference.js";
import type { ReferenceStorage } from "../reference-backend.js";
import { copyWeights, type Fault, faultyBackend, planOf } from "./faulty-backend.js";

export const STATE_FAULTS: readonly Fault[] = [
  {
    name: "stale-output",
    about: "A plan's runs after its first do nothing, so that the output keeps the first result.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("stale-output", () => ({
      prepareConv2d: async (problem, weights) => {
        let ran = false;
        return planOf((operands, output) => {
          if (!ran) output.set(referenceConv2d(problem, operands).output);
          ran = true;
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "result-cached-by-tensor",
    about: "A result is kept for each input tensor, and handed out again when that tensor has been given new content.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("result-cached-by-tensor", () => ({
      prepareConv2d: async (problem, weights) => {
        const cache = new WeakMap<Float32Array, Float64Array>();
        return planOf((operands, output) => {
          const result = cache.get(operands.input) ?? referenceConv2d(problem, operands).output;
          cache.set(operands.input, result);
          output.set(result);
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "weights-not-copied",
    about: "A plan reads the caller's arrays when it runs, whatever they hold by then.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("weights-not-copied", () => ({
      prepareConv2d: async (problem, weights) =>
        planOf((operands, output) => output.set(referenceConv2d(problem, operands).output), weights),
    })),
  },
  {
    name: "weights-shared-by-plans",
    about: "Packed weights lie in one buffer of the backend, and the plan prepared last owns it.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("weights-shared-by-plans", () => {
      const shared: Record<string, ReturnType<typeof copyWeights>> = {};
      return {
        prepareConv2d: async (problem, weights) => {
          const key = [weights.weight.length, weights.bias?.length].join();
          shared[key] = copyWeights(weights);
          return planOf(
            (operands, output) => output.set(referenceConv2d(problem, { ...operands, ...shared[key] }).output),
            weights,
          );
        },
      };
    }),
  },
  {
    name: "read-too-late",
    about: "A read copies after everything else that has been called, later runs too, instead of where it was called.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-too-late", (right) => ({
      read: async (source: ReferenceStorage, shape, layout) => {
        await Promise.resolve();
        return right.read(source, shape, layout);
      },
    })),
  },
];
