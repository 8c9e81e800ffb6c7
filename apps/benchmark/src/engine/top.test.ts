import { describe, expect, it } from "vitest";
import { isScores, readLabels, summarize, top } from "./top.js";

describe("top", () => {
  it("gives the largest value first, equal values by index, and NaN last", () => {
    expect(top(Float32Array.of(1, 3, NaN, 3, 2), 4)).toEqual([
      { index: 1, value: 3 },
      { index: 3, value: 3 },
      { index: 4, value: 2 },
      { index: 0, value: 1 },
    ]);
  });

  it("gives all values if there are fewer", () => expect(top(Float32Array.of(1), 5)).toHaveLength(1));
});

it.each<[number[], boolean]>([
  [[1, 1000], true],
  [[1, 1000, 1, 1], true],
  [[1000], true],
  [[1, 2], false],
  [[2, 1000], false],
  [[1, 3, 8, 8], false],
  [[], false],
])("isScores(%o) is %s", (dims, expected) => expect(isScores(dims)).toBe(expected));

describe("summarize", () => {
  it("counts values that are not finite, and summarises the rest", () => {
    expect(summarize(Float32Array.of(1, NaN, -3, Infinity, 5))).toEqual({ min: -3, max: 5, mean: 1, notFinite: 2 });
  });

  it("counts a value that is not finite if there is no other", () =>
    expect(summarize(Float32Array.of(NaN)).notFinite).toBe(1));
});

it("reads labels with any system's line ends", () => {
  expect(readLabels("\uFEFFcat\r\n dog \n\nfish\n\n")).toEqual(["cat", "dog", "", "fish"]);
});
