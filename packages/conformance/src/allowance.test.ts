/** Errors add up: the errors of the operands, and the error that a plan adds by its own rule. */

import { parseProblem } from "@convene/core";
import { expect, test } from "vitest";
import { allowance } from "./allowance.js";
import { makeOperands } from "./operands.js";
import { referenceConv2d } from "./reference.js";
import { checkBounded, gamma, roundings } from "./rules.js";
import { transformedBound } from "./transformed-bound.js";

const problem = parseProblem("n2_g2_ic4_ih6_oc6_kh3_ph1_residual");
const operands = makeOperands(problem, "real", 1);
const exact = referenceConv2d(problem, operands);

test("with right operands, the allowance is the bound of the plan's own rule", () => {
  const direct = allowance(problem, "direct", operands);
  const k = gamma(roundings(problem));
  direct.forEach((each, at) => expect(each / exact.magnitude[at]!).toBeCloseTo(k, 9));
  // Rule 2 gives the same bound.
  const edge = exact.output.map((y, at) => y + direct[at]! * 0.9999);
  expect(checkBounded(edge, exact.output, exact.magnitude, problem).ok).toBe(true);

  const { bound } = transformedBound(problem, operands);
  allowance(problem, "transformed", operands).forEach((each, at) => {
    expect(each).toBeGreaterThanOrEqual(bound[at]!);
    expect(each).toBeLessThan(bound[at]! * 1.001);
  });
});

test.each(["direct", "transformed"] as const)(
  "with operands that have errors, %s results of these operands are allowed",
  (arithmetic) => {
    const off = {
      input: operands.input.map((_, at) => 0.25 * (at % 3)),
      residual: operands.residual!.map(() => 0.5),
    };
    const shifted = {
      ...operands,
      input: operands.input.map((x, at) => x + off.input[at]! * (at % 2 === 0 ? 1 : -1)),
      residual: operands.residual!.map((r) => r - 0.5),
    };
    const other = referenceConv2d(problem, shifted).output;
    const most = allowance(problem, arithmetic, operands, off);
    expect(other.every((y, at) => Math.abs(y - exact.output[at]!) <= most[at]!)).toBe(true);
    // The allowance is not much larger than necessary: if all weights and all errors have one sign, the error nearly reaches it.
    const positive = { ...operands, weight: operands.weight.map(Math.abs) };
    const raised = { ...positive, input: operands.input.map((x, at) => x + off.input[at]!) };
    const [low, high] = [referenceConv2d(problem, positive).output, referenceConv2d(problem, raised).output];
    const carried = allowance(problem, arithmetic, positive, { input: off.input });
    const own = allowance(problem, arithmetic, {
      ...positive,
      input: operands.input.map((x, at) => Math.abs(x) + off.input[at]!),
    });
    high.forEach((y, at) => expect(carried[at]! - own[at]!).toBeCloseTo(y - low[at]!, 4));
  },
);
