import { expect, test } from "vitest";
import { resizeKernel } from "./custom-kernel.js";

test("grows and shrinks around its middle", () => {
  const three = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const five = resizeKernel(three, 5);
  expect(five).toHaveLength(25);
  expect(five.slice(5, 10)).toEqual([0, 1, 2, 3, 0]);
  expect(resizeKernel(five, 3)).toEqual(three);
  expect(resizeKernel(three, 3)).toEqual(three);
});

test("a list that is no square keeps its weights", () => {
  expect(resizeKernel([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(resizeKernel([1, 2], 3)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0]);
  expect(resizeKernel([1, 2, 3, 4], 3)).toHaveLength(9);
});
