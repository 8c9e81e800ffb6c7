import { conv2dProblem, formatProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { TEXTBOOK } from "./fields.js";
import { commonDivisors, compareCosts, pairOf, stagesOf, stops } from "./stages.js";

describe("stages", () => {
  it("counts the textbook example: 86,400 against 675 + 9,600 = 10,275", () => {
    expect(compareCosts(TEXTBOOK)).toEqual({
      standard: 86_400,
      grouped: 86_400,
      depthwise: 675,
      pointwise: 9600,
      pair: 10_275,
    });
  });

  it("has a stop for each common divisor, and one for the pair", () => {
    expect(commonDivisors(12, 18)).toEqual([1, 2, 3, 6]);
    const labels = (ic: number, oc: number): string[] =>
      stops(conv2dProblem({ ic, oc, ih: 5, kh: 3 })).map(({ label }) => label);
    expect(labels(3, 128)).toEqual(["standard", "depthwise + pointwise"]);
    expect(labels(4, 8)).toEqual(["standard", "grouped", "depthwise", "depthwise + pointwise"]);
    expect(labels(1, 8)).toEqual(["standard"]);
  });

  it("gives the spatial options to the depthwise layer", () => {
    const p = conv2dProblem({ ic: 4, oc: 6, g: 2, ih: 9, kh: 3, sh: 2, pt: 1, paddingMode: "reflect", bias: false });
    expect(pairOf(p).map(formatProblem)).toEqual([
      "g4_ic4_ih9_oc4_kh3_sh2_pt1_reflect_nobias",
      "ic4_ih4_oc6_kh1_nobias",
    ]);
    expect(stagesOf(p, true)).toEqual(pairOf(p));
    expect(stagesOf(p, false)).toEqual([p]);
  });
});
