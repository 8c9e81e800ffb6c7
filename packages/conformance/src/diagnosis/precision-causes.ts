/** Causes of a convolution that is right on integers and wrong on real values: some operand is rounded too much. */

import type { Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { gamma, roundings } from "../rules.js";
import type { Hypothesis } from "./explain.js";
import { significant } from "../significand.js";
import type { Conv2dTrial } from "./trial.js";

/** `explains` says whether operands with this rounding give every wrong element, within float32's own bound. */
export type PrecisionCause = Hypothesis<Conv2dTrial>;

type Part = "input" | "weight" | "bias" | "residual";

const FORMATS = [
  [11, "float16 (11 bits)"],
  [8, "bfloat16 (8 bits)"],
] as const;

function roundedTo(bits: number, parts: readonly Part[], words: string): PrecisionCause {
  const rounded = (operands: Operands): Operands => ({
    ...operands,
    ...Object.fromEntries(parts.map((part) => [part, operands[part]?.map((x) => significant(x, bits))])),
  });
  return {
    words,
    explains: ({ problem, operands, magnitude, actual, wrong }) => {
      const { output } = referenceConv2d(problem, rounded(operands));
      const bound = 2 * gamma(roundings(problem));
      return wrong.every((at) => Math.abs(actual[at]! - output[at]!) <= bound * magnitude![at]!);
    },
    isHidden: ({ problem, operands, expected }) => {
      if (parts.every((part) => operands[part] === undefined)) return false;
      const { output, magnitude } = referenceConv2d(problem, rounded(operands));
      const bound = gamma(roundings(problem));
      return output.every((y, at) => Math.abs(y - expected[at]!) <= bound * magnitude[at]!);
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
