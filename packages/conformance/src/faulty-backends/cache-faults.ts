/** A cache keeps the kernels or tables of one plan, and gives them to another plan, because its key lacks an option. */

import { type Conv2dProblem, formatProblem } from "@convene/core";
import { rememberedConv2d } from "../remembered-reference.js";
import { copyWeights, type Fault, faultyBackend, planOf } from "./faulty-backend.js";

export const CACHE_FAULTS: readonly Fault[] = [
  {
    name: "weights-cached-by-problem",
    about:
      "The key of the cache of packed weights is the problem. So a second layer with the same problem gets the weights of the first.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("weights-cached-by-problem", () => {
      const kept = new Map<string, ReturnType<typeof copyWeights>>();
      return {
        prepareConv2d: async (problem, weights) => {
          const key = formatProblem(problem);
          const packed = kept.get(key) ?? copyWeights(weights);
          kept.set(key, packed);
          return planOf((operands, output) => output.set(rememberedConv2d(problem, operands).output), packed);
        },
      };
    }),
  },
  {
    name: "kernel-cached-without-activation",
    about: "The key of the cache of compiled kernels lacks the activation, which was added later.",
    caughtBy: ["lifecycle"],
    backend: kernelCachedWithout("kernel-cached-without-activation", ["activation"]),
  },
  {
    name: "kernel-cached-without-padding-mode",
    about: "The key of the cache of compiled kernels has only numbers. The padding mode is a string, and is missing.",
    caughtBy: ["lifecycle"],
    backend: kernelCachedWithout("kernel-cached-without-padding-mode", ["paddingMode"]),
  },
  {
    name: "kernel-cached-without-dilation",
    about: "The key of the cache of compiled kernels has sizes, strides and pads, but no dilation, which is usually 1.",
    caughtBy: ["lifecycle"],
    backend: kernelCachedWithout("kernel-cached-without-dilation", ["dh", "dw"]),
  },
];

/** The reference with a fault: a plan takes these options from the first problem that is equal in all other options. */
function kernelCachedWithout(
  name: string,
  forgotten: readonly (keyof Conv2dProblem)[],
): ReturnType<typeof faultyBackend> {
  const takeFrom = (source: Partial<Conv2dProblem>): Partial<Conv2dProblem> =>
    Object.fromEntries(forgotten.map((option) => [option, source[option]]));
  return faultyBackend(name, () => {
    const kept = new Map<string, Conv2dProblem>();
    return {
      prepareConv2d: async (problem, weights) => {
        // Sizes of images are not in the key, because they are arguments of a kernel and not compiled into it.
        const key = JSON.stringify({ ...problem, n: 0, ih: 0, iw: 0, oh: 0, ow: 0, ...takeFrom({}) });
        const compiled = kept.get(key) ?? problem;
        kept.set(key, compiled);
        const asked = { ...problem, ...takeFrom(compiled) };
        return planOf((operands, output) => output.set(rememberedConv2d(asked, operands).output), copyWeights(weights));
      },
    };
  });
}
