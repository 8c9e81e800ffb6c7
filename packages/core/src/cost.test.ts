import { describe, expect, it } from "vitest";
import { problemCost, totalCost } from "./cost.js";
import { parseProblem } from "./problem-string.js";

describe("problemCost", () => {
  it.each([
    ["the textbook's standard convolution", "ic3_ih7_oc128_kh3", 86400], // 128 * 5 * 5 * 3 * 3 * 3
    ["the textbook's depthwise convolution", "g3_ic3_ih7_oc3_kh3", 675], // 3 * 5 * 5 * 3 * 3
    ["the textbook's pointwise convolution", "ic3_ih5_oc128_kh1", 9600], // 128 * 5 * 5 * 3
    ["a grouped convolution", "g32_ic128_ih56_oc128_kh3_ph1", 14450688], // 56 * 56 * 128 * 4 * 9
    ["a batch", "n2_ic3_ih7_oc128_kh3", 172800],
    ["taps on padding", "ic1_ih1_oc1_kh3_ph1", 9],
  ])("counts the multiply-accumulates of %s", (_, text, macs) => {
    expect(problemCost(parseProblem(text)).macs).toBe(macs);
  });

  it.each([
    ["ic3_ih7_oc128_kh3", 3584], // 128 * 27 + 128
    ["ic3_ih7_oc128_kh3_nobias", 3456],
    ["g3_ic3_ih7_oc6_kh3", 60], // 6 * 9 + 6
  ])("counts the parameters of %s", (text, parameters) => {
    expect(problemCost(parseProblem(text)).parameters).toBe(parameters);
  });

  it("counts each operand's bytes once, and two operations a multiply-accumulate", () => {
    // input 147, weight 3456, bias 128; output 3200
    expect(problemCost(parseProblem("ic3_ih7_oc128_kh3"))).toEqual({
      macs: 86400,
      parameters: 3584,
      bytesRead: 14924,
      bytesWritten: 12800,
      arithmeticIntensity: 172800 / 27724,
    });
  });

  it("reads a residual too", () => {
    const [without, withOne] = ["ic3_ih7_oc128_kh3", "ic3_ih7_oc128_kh3_residual"].map((text) =>
      problemCost(parseProblem(text)),
    );
    expect(withOne!.bytesRead - without!.bytesRead).toBe(12800);
  });
});

describe("totalCost", () => {
  it("adds up the textbook's depthwise and pointwise pair to 11.9 % of the standard convolution", () => {
    const pair = totalCost([
      problemCost(parseProblem("g3_ic3_ih7_oc3_kh3")),
      problemCost(parseProblem("ic3_ih5_oc128_kh1")),
    ]);
    expect(pair.macs).toBe(10275);
    expect(((100 * pair.macs) / 86400).toFixed(1)).toBe("11.9");
  });

  it("takes the intensity of the sums, not the sum of intensities", () => {
    const one = { macs: 10, parameters: 1, bytesRead: 4, bytesWritten: 1, arithmeticIntensity: 4 };
    const two = { macs: 20, parameters: 2, bytesRead: 8, bytesWritten: 2, arithmeticIntensity: 4 };
    expect(totalCost([one, two])).toEqual({
      macs: 30,
      parameters: 3,
      bytesRead: 12,
      bytesWritten: 3,
      arithmeticIntensity: 4,
    });
  });

  it("is 0 for an empty list", () => {
    expect(totalCost([])).toEqual({ macs: 0, parameters: 0, bytesRead: 0, bytesWritten: 0, arithmeticIntensity: 0 });
  });
});
