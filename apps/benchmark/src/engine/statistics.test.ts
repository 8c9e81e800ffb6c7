import { describe, expect, it } from "vitest";
import { geometricMean, median, quantile, summarize } from "./statistics.js";

describe("quantile", () => {
  it("interpolates between order statistics, as NumPy does", () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
  });

  it("does not change the samples", () => {
    const samples = [3, 1, 2];
    quantile(samples, 0.5);
    expect(samples).toEqual([3, 1, 2]);
  });

  it("is NaN for no samples", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("median", () => {
  it("is the middle sample, or the mean of the middle two", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([1, 2, 3, 10])).toBe(2.5);
    expect(median([7])).toBe(7);
  });
});

describe("summarize", () => {
  it("gives the spread of the middle half as a share of the median", () => {
    expect(summarize([1, 2, 3, 4, 5])).toEqual({ median: 3, q1: 2, q3: 4, min: 1, max: 5, spread: 2 / 3 });
  });
});

describe("geometricMean", () => {
  it("is the root of the product", () => {
    expect(geometricMean([1, 4, 16])).toBeCloseTo(4, 12);
    expect(geometricMean([3])).toBeCloseTo(3, 12);
  });
});
