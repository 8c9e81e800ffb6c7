import { describe, expect, it } from "vitest";
import {
  clampLines,
  clampRefusal,
  divideLines,
  kernelText,
  literal,
  loop,
  quotient,
  spareLines,
} from "./kernel-text.js";

/** Quotient and remainder of `count`, by the lines of `divideLines` run as JavaScript, with a floor that is off by `by`. */
function divided(count: number, divisor: number, most: number, by: number): readonly number[] {
  const floor = (value: number): number => Math.floor(value) + by;
  // oxlint-disable-next-line no-implied-eval -- kernels are text
  const run = new Function("k", "Math", `${divideLines("q", "r", "k", divisor, most).join("\n")} return [q, r];`) as (
    k: number,
    math: object,
  ) => readonly number[];
  return run(count, { floor });
}

describe("divideLines", () => {
  it.each([0, 1, 6, 7, 8, 699, 700, 2 ** 24 - 1])(
    "divides %d by 7, also if the device's floor is off by one",
    (count) => {
      const expected = [Math.floor(count / 7), count % 7];
      expect(divided(count, 7, count, 0)).toEqual(expected);
      for (const by of [-1, 0, 1]) expect(divided(count, 7, 2 ** 24, by)).toEqual(expected);
    },
  );

  it("writes no correction for divisions that are always exact", () => {
    expect(divideLines("q", "r", "k", 7, 2 ** 20 - 1)).toHaveLength(2);
    expect(divideLines("q", "r", "k", 1, 2 ** 24)).toHaveLength(2);
  });
});

it("writes numbers with a point or an exponent", () => {
  expect([0, -3, 0.5, 1e21, 2 ** -64].map(literal)).toEqual(["0.0", "-3.0", "0.5", "1e+21", "5.421010862427522e-20"]);
});

it("clamps by comparisons, without one for an infinite bound, and refuses two infinite bounds of one sign", () => {
  expect(clampLines("relu")[0]).toBe("if (s0 < 0.0) { s0 = 0.0; }");
  expect(clampLines({ clamp: [-Infinity, 2] })).toEqual([0, 1, 2, 3].map((l) => `if (s${l} > 2.0) { s${l} = 2.0; }`));
  expect(clampLines(undefined)).toEqual([]);
  expect(clampRefusal({ clamp: [Infinity, Infinity] })).toMatch(/a clamp to an infinity alone/);
  expect(clampRefusal({ clamp: [0, Infinity] })).toBeUndefined();
});

it("writes zeros to the lanes beyond the channels, in the last texel only", () => {
  expect(spareLines(6, "o")).toEqual(["if (o > 0.5) { s2 = 0.0; s3 = 0.0; }"]);
  expect(spareLines(8, "o")).toEqual([]);
});

it("has no loop that runs once, and no division by one", () => {
  expect(loop("i", 1, ["a;"])).toEqual(["a;"]);
  expect(loop("i", 3, ["a;"])).toEqual(["for (let i = 0; i < 3; i++) {", "  a;", "}"]);
  expect([quotient("k", 1), quotient("k", 4)]).toEqual(["(k)", "Math.floor((k + 0.5) / 4)"]);
});

it("returns four lanes", () => {
  expect(kernelText(["x", "w"], ["a;"])).toBe("function (x, w) {\n  a;\n  return [s0, s1, s2, s3];\n}");
});
