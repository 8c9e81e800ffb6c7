import { parseOperation } from "@convene/core";
import { describe, expect, test } from "vitest";
import { normalizationBound, type NormalizationProblem, normalizationSets } from "./normalization-sets.js";

const problemOf = (text: string): NormalizationProblem => {
  const problem = parseOperation(text);
  if (problem.kind === "groupNorm" || problem.kind === "layerNorm") return problem;
  throw new Error(`${text} is no normalisation`);
};

describe("elements that share a mean", () => {
  test("are a group's channels of an image, or a pixel's channels", () => {
    expect(normalizationSets(problemOf("groupNorm_n2_g2_c4_h1"))).toEqual([[0, 1], [2, 3], [4, 5], [6, 7]]); // prettier-ignore
    expect(normalizationSets(problemOf("groupNorm_g2_c2_h1_w3"))).toEqual([[0, 1, 2], [3, 4, 5]]); // prettier-ignore
    expect(normalizationSets(problemOf("layerNorm_n2_c2_h1_w2"))).toEqual([[0, 2], [1, 3], [4, 6], [5, 7]]); // prettier-ignore
  });
});

describe("the bound", () => {
  const U = 2 ** -24;

  test("is some roundings of the result where the mean is near zero", () => {
    const [bound] = normalizationBound(problemOf("layerNorm_c4_h1"), [-1, 1, -1, 1]);
    // The mean is off by 6 roundings of 1, the difference by 4, and the factor by 4 of the variance and 14 of its own.
    expect(bound! / U).toBeGreaterThan(20);
    expect(bound! / U).toBeLessThan(34);
  });

  test("grows with the mean, which the result does not", () => {
    const near = normalizationBound(problemOf("layerNorm_c4_h1"), [-1, 1, -1, 1])[0]!;
    const far = normalizationBound(problemOf("layerNorm_c4_h1"), [999, 1001, 999, 1001])[0]!;
    expect(far / near).toBeGreaterThan(500);
    // A variance from the mean of squares has errors of 10⁶ roundings of the variance, which is 1.
    expect(far / U).toBeLessThan(2e4);
  });

  test("is infinite where float32 cannot tell the variance from zero", () => {
    const [bound] = normalizationBound(problemOf("layerNorm_c2_h1_eps0"), [1e6, 1e6 + 0.0625]);
    expect(bound).toBe(Infinity);
  });
});
