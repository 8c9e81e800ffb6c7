import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32Text } from "./decimal.js";

describe("float32Text", () => {
  it.each([
    [0.01, "0.01"],
    [0.1, "0.1"],
    [1 / 3, "0.33333334"],
    [16777216, "16777216"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [1e-45, "1e-45"],
    [0, "0"],
    [-0.2, "-0.2"],
    [Infinity, "Infinity"],
    [-Infinity, "-Infinity"],
    [NaN, "NaN"],
  ])("writes the float32 of %d as the shortest decimal", (value, text) => {
    expect(float32Text(Math.fround(value))).toBe(text);
  });

  it("gives the same float32 back, in nine digits at most", () => {
    fc.assert(
      fc.property(fc.float({ noDefaultInfinity: true, noNaN: true }), (value) => {
        const text = float32Text(value);
        expect(Math.fround(Number(text)) + 0).toBe(value + 0);
        const digits = text.replace(/e.*$/, "").replace(/[-.]/g, "").replace(/^0+/, "");
        // Beyond 1e9 and below 1e21 JavaScript writes the zeros out.
        expect(digits.replace(/0+$/, "").length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 2000 },
    );
  });
});
