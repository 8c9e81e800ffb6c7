/** What a convolution that is right on integers, and not on real values, may have rounded. */

import type { Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { gamma, roundings } from "../rules.js";
import { significant } from "../significand.js";
import type { Conv2dTrial } from "./trial.js";

export interface PrecisionCause {
  readonly words: string;
  /** Whether every wrong element is what comes out of operands that are rounded so, within float32's own bound. */
  readonly explains: (trial: Conv2dTrial) => boolean;
}

type Part = "input" | "weight" | "bias" | "residual";

const FORMATS = [
  [11, "float16 (11 bits)"],
  [8, "bfloat16 (8 bits)"],
] as const;

function roundedTo(bits: number, parts: readonly Part[], words: string): PrecisionCause {
  return {
    words,
    explains: ({ problem, operands, magnitude, actual, wrong }) => {
      const changed: Operands = {
        ...operands,
        ...Object.fromEntries(parts.map((part) => [part, operands[part]?.map((x) => significant(x, bits))])),
      };
      const { output } = referenceConv2d(problem, changed);
      const bound = 2 * gamma(roundings(problem));
      return wrong.every((at) => Math.abs(actual[at]! - output[at]!) <= bound * magnitude![at]!);
    },
  };
}

export const PRECISION_CAUSES: readonly PrecisionCause[] = FORMATS.flatMap(([bits, format]) => [
  roundedTo(bits, ["bias"], `the bias is rounded to ${format}`),
  roundedTo(bits, ["residual"], `the residual is rounded to ${format}`),
  roundedTo(bits, ["weight"], `the weights are rounded to ${format}`),
  roundedTo(bits, ["input"], `the input is rounded to ${format}`),
  roundedTo(bits, ["weight", "input"], `weights and input are rounded to ${bits === 11 ? "TF32 or " : ""}${format}`),
]);
