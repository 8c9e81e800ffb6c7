/** A cache keeps the kernels or tables of one plan, and gives them to another plan, because its key lacks an option. */

import { type Conv2dProblem, formatProblem } from "@convene/core";
import { rememberedConv2d } from "../remembered-reference.js";
import { copyWeights, type Fault, faultyBackend, planOf } from "./faulty-backend.js";

export const CACHE_FAULTS: readonly Fault[] = [
  {
    name: "weights-cached-by-problem",
    about: "Packed weights are kept by problem, and a second layer of the same shape gets the first one's.",
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
    about: "A compiled kernel is kept by all but the activation, which was added to the language later.",
    caughtBy: ["lifecycle"],
    backend: kernelCachedWithout("kernel-cached-without-activation", ["activation"]),
  },
  {
    name: "kernel-cached-without-padding-mode",
    about: "A compiled kernel is kept by its numbers, and the padding mode is none.",
    caughtBy: ["lifecycle"],
    backend: kernelCachedWithout("kernel-cached-without-padding-mode", ["paddingMode"]),
  },
  {
    name: "kernel-cached-without-dilation",
    about: "A compiled kernel is kept by sizes, strides and pads; dilation, which is mostly 1, was forgotten.",
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
