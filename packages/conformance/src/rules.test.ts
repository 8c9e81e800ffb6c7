/** The rules at the limits of their bounds. */

import { readFileSync } from "node:fs";
import { type Conv2dProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { describeVerdict } from "./check-problem.js";
import { checkAgreement, checkBounded, checkExact, checkTransformed, checkWithin, gamma, roundings } from "./rules.js";
import { transformedBound } from "./transformed-bound.js";

const U = 2 ** -24;
/** A problem with one product, so with three roundings. */
const ONE: Conv2dProblem = parseProblem("ic1_ih1_iw2_oc1_kh1");

describe("gamma", () => {
  test("is k·u / (1 − k·u)", () => {
    expect(gamma(0)).toBe(0);
    expect(gamma(1)).toBe(U / (1 - U));
    expect(gamma(2 ** 23)).toBe(1);
    expect(gamma(4610)).toBeCloseTo(4610 * U, 6);
  });

  test("counts the terms of one group's kernel, bias and residual", () => {
    expect(roundings(ONE)).toBe(3);
    expect(roundings(parseProblem("ic512_ih7_oc8_kh3"))).toBe(4610);
    expect(roundings(parseProblem("g8_ic32_ih7_oc8_kh3_kw5"))).toBe(4 * 3 * 5 + 2);
  });
});

describe("docs/numbers.md", () => {
  const page = readFileSync(new URL("../../../docs/numbers.md", import.meta.url), "utf8");
  /** `value` added to a sum `k` times in float32. */
  const added = (value: number, k: number): number => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum = Math.fround(sum + value);
    return sum;
  };
  const tenth = Math.fround(0.1);

  test("has the sums, the errors and the bounds of its example", () => {
    const rows = [...page.matchAll(/^\| +(\d+) \|[^|]*\| +([\d.]+) \| +([\d.]+) \| +([\de.-]+) \| ([\de.-]+) +\|$/gm)];
    expect(rows.map(([, k]) => Number(k))).toEqual([9, 576, 4608, 20_000, 200_000, 1_000_000]);
    for (const [, k, sum, right, error, bound] of rows) {
      const [terms, exact] = [Number(k), Number(k) * tenth];
      const got = added(tenth, terms);
      expect(Number(got.toPrecision(7)), k).toBe(Number(sum));
      expect(Number(exact.toPrecision(7)), k).toBe(Number(right));
      expect((Math.abs(got - exact) / exact).toExponential(1), k).toBe(error);
      expect(gamma(terms + 2).toExponential(1), k).toBe(bound);
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(gamma(terms + 2) * exact);
    }
  });

  test("has the error of a million that is added in parts", () => {
    let sum = 0;
    for (let part = 0; part < 1000; part++) sum = Math.fround(sum + added(tenth, 1000));
    const error = Math.abs(sum - 1e6 * tenth) / (1e6 * tenth);
    expect(page).toContain(`parts of a thousand terms have an error of ${error.toExponential(1)}.`);
  });
});

describe("the exact rule", () => {
  test("passes equal results", () => {
    expect(checkExact([1, -2, 3], [1, -2, 3])).toEqual({ ok: true, wrong: 0, wrongAt: [], first: undefined, ratio: 0 });
  });

  test("takes −0 and +0 as equal, NaN and NaN, and each infinity and itself", () => {
    expect(checkExact([-0, 0, NaN, Infinity, -Infinity], [0, -0, NaN, Infinity, -Infinity]).ok).toBe(true);
  });

  test.each([
    [NaN, 1],
    [1, NaN],
    [Infinity, -Infinity],
    [Infinity, 1],
    [1, Infinity],
    [1 + 2 ** -23, 1],
  ])("%d for %d is wrong", (actual, expected) => {
    expect(checkExact([0, actual], [0, expected])).toEqual({
      ok: false,
      wrong: 1,
      wrongAt: [1],
      first: { index: 1, actual, expected, bound: 0 },
      ratio: Infinity,
    });
  });

  test("names the first of several wrong elements, and counts all", () => {
    expect(checkExact([1, 9, 3, 9], [1, 2, 3, 4])).toMatchObject({
      wrong: 2,
      first: { index: 1, actual: 9, expected: 2 },
    });
  });
});

describe("the bounded rule", () => {
  const bound = gamma(3);

  test("allows the bound, and no more", () => {
    expect(checkBounded([1 + bound, 1], [1, 1], [1, 1], ONE).ok).toBe(true);
    expect(checkBounded([1 + bound * 1.001, 1], [1, 1], [1, 1], ONE)).toMatchObject({
      ok: false,
      wrong: 1,
      first: { index: 0 },
    });
  });

  test("is proportional to the magnitude of each output, not to its value", () => {
    expect(checkBounded([100 * bound, 0], [0, 0], [100, 1], ONE).ok).toBe(true);
    expect(checkBounded([0, 100 * bound], [0, 0], [100, 1], ONE).ok).toBe(false);
  });

  test("reports the largest error / bound", () => {
    const { ratio } = checkBounded([bound / 2, bound / 4], [0, 0], [1, 1], ONE);
    expect(ratio).toBeCloseTo(0.5, 10);
  });

  test("requires equality if the magnitude is 0", () => {
    expect(checkBounded([0, -0], [0, 0], [0, 0], ONE)).toMatchObject({ ok: true, ratio: 0 });
    expect(checkBounded([1e-30, 0], [0, 0], [0, 0], ONE)).toMatchObject({ ok: false, ratio: Infinity });
  });

  test.each([
    ["NaN for a number", NaN, 1, 1],
    ["a number for NaN", 1, NaN, 1],
    ["infinity for a number", Infinity, 1, 1],
    ["a number for infinity", 1, Infinity, Infinity],
    ["the other infinity", -Infinity, Infinity, Infinity],
    // With an infinite term the bound is infinite, and would allow any value.
    ["another number if a term is infinite", 3, 6, Infinity],
    ["another number where a term is NaN", 3, 6, NaN],
  ])("%s is wrong", (_what, actual, expected, magnitude) => {
    expect(checkBounded([actual, 0], [expected, 0], [magnitude, 0], ONE)).toMatchObject({
      ok: false,
      wrong: 1,
      ratio: Infinity,
    });
  });

  test("the right number passes if a term is infinite", () => {
    expect(checkBounded([6, NaN], [6, NaN], [Infinity, NaN], ONE).ok).toBe(true);
  });
});

test("two backends may differ by twice the bound", () => {
  expect(checkAgreement([1 + 1.9 * gamma(3), 0], [1, 0], [1, 0], ONE).ok).toBe(true);
  expect(checkAgreement([1 + 2.1 * gamma(3), 0], [1, 0], [1, 0], ONE).ok).toBe(false);
});

test("with a transformed plan, backends may differ by the sum of the bounds of both", () => {
  const problem = parseProblem("ic1_ih3_iw4_oc1_kh3_nobias");
  const operands = { input: new Float32Array(12).fill(1), weight: new Float32Array(9).fill(1) };
  const transformed = transformedBound(problem, operands);
  const [wide, narrow] = [transformed.bound[0]!, 9 * gamma(11)];
  const differ = (by: number, bounds: object) => checkAgreement([9 + by, 9], [9, 9], [9, 9], problem, bounds).ok;
  expect(differ(0.99 * (wide + narrow), { a: transformed })).toBe(true);
  expect(differ(0.99 * (wide + narrow), { b: transformed })).toBe(true);
  expect(differ(1.01 * (wide + narrow), { a: transformed })).toBe(false);
  expect(differ(1.99 * wide, { a: transformed, b: transformed })).toBe(true);
  expect(differ(2.01 * wide, { a: transformed, b: transformed })).toBe(false);
});

describe("the rule of transformed plans", () => {
  const bound = { bound: Float64Array.of(0.5, 0.25, Infinity, 0), mayBeNaN: Uint8Array.of(0, 1, 0, 0) };

  test("allows each output its bound, and no more", () => {
    expect(checkTransformed([1.5, 2.25, 3, 4], [1, 2, 3, 4], bound)).toMatchObject({ ok: true, ratio: 1 });
    expect(checkTransformed([1.5, 2.26, 3, 4], [1, 2, 3, 4], bound)).toMatchObject({ ok: false, wrongAt: [1] });
    expect(checkTransformed([1, 2, 3, 4.001], [1, 2, 3, 4], bound)).toMatchObject({ ok: false, wrongAt: [3] });
  });

  test("allows NaN if the bound says so, also for an infinity, and never a number for NaN", () => {
    expect(checkTransformed([1, NaN, 3, 4], [1, Infinity, 3, 4], bound).ok).toBe(true);
    expect(checkTransformed([1, NaN, 3, 4], [1, 2, 3, 4], bound).ok).toBe(true);
    expect(checkTransformed([1, 2, 3, 4], [1, NaN, 3, 4], bound).ok).toBe(false);
    expect(checkTransformed([1, -Infinity, 3, 4], [1, Infinity, 3, 4], bound).ok).toBe(false);
    expect(checkTransformed([NaN, 2, 3, 4], [Infinity, 2, 3, 4], bound).ok).toBe(false);
  });

  test("allows any value if an intermediate value may overflow", () => {
    for (const any of [NaN, -Infinity, 0]) {
      expect(checkTransformed([1, 2, any, 4], [1, 2, 3e38, 4], bound)).toMatchObject({ ok: true, ratio: 0 });
    }
  });
});

test("checkWithin allows results to differ by one error for all elements, or by one for each", () => {
  expect(checkWithin([1.5, 2], [1, 2], 0.5)).toMatchObject({ ok: true, ratio: 1 });
  expect(checkWithin([1.51, 2], [1, 2], 0.5)).toMatchObject({ ok: false, wrongAt: [0] });
  expect(checkWithin([1.5, 2.5], [1, 2], [0.5, 0.4])).toMatchObject({ ok: false, wrongAt: [1] });
  expect(checkWithin([1, 2 + 2 ** -20], [1, 2], 0)).toMatchObject({ ok: false, ratio: Infinity });
});

test("a different number of elements is an error", () => {
  expect(() => checkExact([1, 2], [1, 2, 3])).toThrow(new RangeError("2 elements were computed; expected 3"));
  expect(() => checkBounded([1, 2, 3], [1, 2], [1, 1], ONE)).toThrow(RangeError);
});

describe("a verdict in words", () => {
  const problem = parseProblem("n2_ic1_ih2_iw3_oc4_kh1_nobias");
  const expected = new Float64Array(2 * 4 * 2 * 3).fill(6);

  test("gives the place of the first wrong element in each axis", () => {
    const actual = Float32Array.from(expected);
    actual[((1 * 4 + 2) * 2 + 1) * 3 + 0] = 5;
    actual[47] = 7;
    expect(describeVerdict(problem, checkExact(actual, expected))).toBe(
      "2 of 48 elements are wrong (images 1 of 2, channels 2-3 of 4, rows 1 of 2, columns 0, 2 of 3); the first is [n 1, c 2, h 1, w 0]: 5, expected 6 in n2_ic1_ih2_iw3_oc4_kh1_nobias",
    );
  });

  test("says so when all agree", () => {
    expect(describeVerdict(problem, checkExact(expected, expected))).toBe("all elements agree");
  });
});
