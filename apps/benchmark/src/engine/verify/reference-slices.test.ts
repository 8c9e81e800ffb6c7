import { makeOperands, randomProblem, randomSource, referenceConv2d, transformedBound } from "@convene/conformance";
import { formatProblem, parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { referenceInSlices, transformedBoundInSlices } from "./reference-slices.js";

const random = randomSource(3);
const problems = [
  parseProblem("n2_g2_ic6_ih7_oc10_kh3_ph1_residual_relu"),
  parseProblem("n3_g4_ic4_ih6_oc8_kh3_sh2_reflect_ph1_nobias"),
  ...Array.from({ length: 20 }, () => randomProblem(random)),
];

describe("referenceInSlices", () => {
  it.each(problems.map((problem) => [formatProblem(problem), problem] as const))(
    "equals the reference: %s",
    async (_, problem) => {
      const operands = makeOperands(problem, "real", 1);
      const expected = referenceConv2d(problem, operands);
      for (const most of [1, 1000, 1e9]) {
        expect(await referenceInSlices(problem, operands, async () => undefined, most)).toEqual(expected);
      }
    },
  );

  it.each(["n2_g2_ic6_ih7_oc10_kh3_ph1_residual_relu", "n2_ic5_ih9_iw4_oc7_kh3_pt2_pl1_reflect"])(
    "equals the bound of transformed plans too: %s",
    async (text) => {
      const problem = parseProblem(text);
      const operands = makeOperands(problem, "real", 1);
      operands.input[0] = NaN;
      for (const most of [1, 1000, 1e9]) {
        expect(await transformedBoundInSlices(problem, operands, async () => undefined, most)).toEqual(
          transformedBound(problem, operands),
        );
      }
    },
  );

  it("can be stopped between two slices", async () => {
    const problem = problems[0]!;
    let left = 3;
    const pause = async (): Promise<void> => {
      if (left-- === 0) throw new Error("enough");
    };
    await expect(referenceInSlices(problem, makeOperands(problem, "real", 1), pause, 1)).rejects.toThrow("enough");
  });
});
