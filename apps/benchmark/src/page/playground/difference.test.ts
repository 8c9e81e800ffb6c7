import { tensor } from "@convene/core";
import { describe, expect, test } from "vitest";
import { differenceOf, differencePicture, glow } from "./difference.js";

const of = (values: number[]) => tensor(values, [1, 2, 1, values.length / 2]);

describe("differenceOf", () => {
  test("equal outputs have no difference, also where both are NaN", () => {
    const x = of([1, NaN, 3, -0]);
    expect(differenceOf(x, of([1, NaN, 3, 0]))).toEqual({
      largest: 0,
      at: undefined,
      differing: 0,
      elements: 4,
      ratio: undefined,
    });
  });

  test("the largest difference has a place; the largest ratio may be elsewhere", () => {
    const bound = Float64Array.of(1, 1, 10, 1);
    const found = differenceOf(of([0, 0, 0, 0]), of([0.25, 0, 2, 0]), bound);
    expect(found).toEqual({ largest: 2, at: [1, 0, 0], differing: 2, elements: 4, ratio: 0.25 });
  });

  test("NaN on one side only is the largest difference, with any later elements", () => {
    const found = differenceOf(of([0, NaN, 0, 5]), of([0, 1, 0, 0]), new Float64Array(4).fill(1));
    expect(found.largest).toBeNaN();
    expect(found.ratio).toBeNaN();
    expect(found.at).toEqual([0, 0, 1]);
  });

  test("a difference with a bound of 0 has an infinite ratio", () => {
    expect(differenceOf(of([1, 0]), of([0, 0]), new Float64Array(2)).ratio).toBe(Infinity);
  });

  test("other shapes are refused", () => {
    expect(() => differenceOf(of([1, 2]), of([1, 2, 3, 4]))).toThrow("cannot be compared");
  });
});

test("the picture has the largest difference over channels, amplified", () => {
  const { data } = differencePicture(of([0, 0, 0, 0]), of([0, 0.25, 0, 0.5]), 2);
  expect([...data]).toEqual([0, 0, 0, 255, 252, 255, 164, 255]);
});

test("glow becomes lighter with each step, and NaN is visible", () => {
  const light = (share: number): number => glow(share).reduce((sum, each) => sum + each, 0);
  const shares = Array.from({ length: 33 }, (_, at) => light(at / 32));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(glow(7)).toEqual(glow(1));
  expect(glow(NaN)).toEqual([255, 0, 255]);
});
