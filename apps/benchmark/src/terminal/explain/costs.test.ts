import { problemCost, parseProblem, totalCost } from "@convene/core";
import { describe, expect, it } from "vitest";
import { sumCosts } from "./costs.js";

const [a, b] = ["ic3_ih7_oc8_kh3", "ic8_ih5_oc8_kh1"].map((text) => problemCost(parseProblem(text))) as [
  ReturnType<typeof problemCost>,
  ReturnType<typeof problemCost>,
];

describe("sumCosts", () => {
  it("is the sum over all runs", () => {
    expect(
      sumCosts([
        { cost: a, repeat: 2 },
        { cost: b, repeat: 1 },
      ]),
    ).toEqual(totalCost([a, a, b]));
  });

  it("multiplies for any number of repeats", () => {
    expect(sumCosts([{ cost: a, repeat: 2e8 }]).macs).toBe(2e8 * a.macs);
  });

  it("is zero for an empty list", () => {
    expect(sumCosts([])).toMatchObject({ macs: 0, arithmeticIntensity: 0 });
  });
});
