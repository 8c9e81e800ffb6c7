import { conv2dProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { adjust } from "./adjust.js";

const P = conv2dProblem({ ic: 8, oc: 8, g: 8, ih: 5, kh: 3 });

describe("adjust", () => {
  it("changes groups with the channels, and says so", () => {
    const adjusted = adjust(P, { oc: 12 });
    expect(adjusted).toMatchObject({ problem: { oc: 12, g: 4 } });
    expect(adjusted).toMatchObject({ also: "groups is 4 now: 8 does not divide both 8 and 12" });
  });

  it("changes a parameter that fits", () => {
    expect(adjust(P, { g: 2 })).toEqual({ problem: conv2dProblem({ ...P, g: 2 }) });
  });

  it("refuses a parameter that does not fit, with core's words", () => {
    expect(adjust(P, { kh: 6 })).toEqual({ refused: expect.stringContaining("must fit in the padded input (5 x 5)") });
    expect(adjust(P, { pt: 5, paddingMode: "reflect" })).toEqual({
      refused: expect.stringContaining("padding (5) must be at most 4"),
    });
  });
});
