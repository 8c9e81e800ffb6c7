import { expect, it } from "vitest";
import { erfcByQuadrature } from "../../testing/erfc.js";
import { erfc } from "./erfc.js";

it("equals the integral to twelve digits", () => {
  for (let x = -7; x < 26; x += 0.03125) {
    expect(Math.abs(erfc(x) / erfcByQuadrature(x) - 1), `erfc(${x})`).toBeLessThan(1e-12);
  }
});

it("has the values of a table (Abramowitz and Stegun, 7.1)", () => {
  expect(1 - erfc(0.5)).toBeCloseTo(0.5204998778, 10);
  expect(1 - erfc(1)).toBeCloseTo(0.8427007929, 10);
  expect(erfc(2)).toBeCloseTo(1 - 0.995322265, 10);
});

it("has the right limits at the infinities, and gives NaN for NaN", () => {
  expect([erfc(-Infinity), erfc(0), erfc(28), erfc(Infinity), erfc(NaN)]).toEqual([2, 1, 0, 0, NaN]);
});
