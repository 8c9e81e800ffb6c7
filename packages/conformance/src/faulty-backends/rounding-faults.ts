/** Right elements, summed with too little precision. */

import { accumulate } from "./accumulate.js";
import { type Fault, faultyCompute, faultyQuestion } from "./faulty-backend.js";

export const ROUNDING_FAULTS: readonly Fault[] = [
  {
    name: "float16-accumulation",
    about: "Sums are kept in float16. Sums of small integers, up to 2048, come out right all the same.",
    caughtBy: ["bounded", "goldens"],
    backend: faultyCompute("float16-accumulation", (problem, operands, output) =>
      output.set(accumulate(problem, operands, toFloat16)),
    ),
  },
  {
    name: "float16-weights",
    about: "Weights are stored in float16. Integers lose nothing by it, so that only real values show it.",
    caughtBy: ["bounded"],
    backend: faultyQuestion("float16-weights", (problem, operands) => [
      problem,
      { ...operands, weight: operands.weight.map(toFloat16) },
    ]),
  },
];

/**
 * Eleven significant bits, by Veltkamp's splitting of a float64. Of float16's narrow range only the top is kept: past
 * 65504 it is infinite.
 */
function toFloat16(x: number): number {
  const scaled = x * (2 ** 42 + 1);
  const rounded = scaled - (scaled - x);
  return Math.abs(rounded) > 65504 ? Math.sign(x) * Infinity : rounded;
}
