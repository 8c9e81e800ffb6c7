/** Faults that do not show in the first run, or in a run alone. */

import { rememberedConv2d } from "../remembered-reference.js";
import { copyWeights, type Fault, faultyBackend, planOf } from "./faulty-backend.js";

export const STATE_FAULTS: readonly Fault[] = [
  {
    name: "stale-output",
    about: "Runs of a plan after the first do nothing, so the output keeps the first result.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("stale-output", () => ({
      prepareConv2d: async (problem, weights) => {
        let ran = false;
        return planOf((operands, output) => {
          if (!ran) output.set(rememberedConv2d(problem, operands).output);
          ran = true;
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "result-cached-by-tensor",
    about: "The result for each input tensor is kept, and used again even if the tensor has new content.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("result-cached-by-tensor", () => ({
      prepareConv2d: async (problem, weights) => {
        const cache = new WeakMap<Float32Array, Float64Array>();
        return planOf((operands, output) => {
          const result = cache.get(operands.input) ?? rememberedConv2d(problem, operands).output;
          cache.set(operands.input, result);
          output.set(result);
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "weights-not-copied",
    about: "A plan reads the caller's weights at each run, and does not copy them when it is prepared.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("weights-not-copied", () => ({
      prepareConv2d: async (problem, weights) =>
        planOf((operands, output) => output.set(rememberedConv2d(problem, operands).output), weights),
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
            (operands, output) => output.set(rememberedConv2d(problem, { ...operands, ...shared[key] }).output),
            weights,
          );
        },
      };
    }),
  },
  {
    name: "one-run-behind",
    about:
      "A run writes one of two buffers, and the result is read from the other. From the second run on, this is the result of the run before.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("one-run-behind", () => ({
      prepareConv2d: async (problem, weights) => {
        let last: Float64Array | undefined;
        return planOf((operands, output) => {
          const result = rememberedConv2d(problem, operands).output;
          output.set(last ?? result);
          last = result;
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "residual-bound-at-the-first-run",
    about: "The bindings of the first run are kept, so later runs get the residual tensor of the first run.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("residual-bound-at-the-first-run", () => ({
      prepareConv2d: async (problem, weights) => {
        let bound: Float32Array | undefined;
        return planOf((operands, output) => {
          bound ??= operands.residual;
          output.set(rememberedConv2d(problem, { ...operands, residual: bound }).output);
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "input-bound-at-the-first-run",
    about: "The bindings of the first run are kept, so later runs get the input tensor of the first run.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("input-bound-at-the-first-run", () => ({
      prepareConv2d: async (problem, weights) => {
        let bound: Float32Array | undefined;
        return planOf((operands, output) => {
          bound ??= operands.input;
          output.set(rememberedConv2d(problem, { ...operands, input: bound }).output);
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "bits-change-from-run-to-run",
    about:
      "Threads add their parts in the order in which they finish. The result is within the bound, but differs from run to run.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("bits-change-from-run-to-run", () => ({
      prepareConv2d: async (problem, weights) => {
        let runs = 0;
        return planOf((operands, output) => {
          output.set(rememberedConv2d(problem, operands).output);
          // In every other run, values that are no integers change by one unit in the last place.
          if (runs++ % 2 === 1) output.set(output.map((y) => (Number.isInteger(y) ? y : y * (1 + 2 ** -23))));
        }, copyWeights(weights));
      },
    })),
  },
];
