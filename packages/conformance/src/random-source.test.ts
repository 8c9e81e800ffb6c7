/** The source of random numbers gives the same numbers everywhere, and they are even enough for test cases. */

import { expect, test } from "vitest";
import { DEFAULT_SEED, randomSource } from "./random-source.js";

const draw = (seed: number, count: number): number[] => Array.from({ length: count }, randomSource(seed));

test("a seed gives the same numbers on every machine", () => {
  expect(draw(DEFAULT_SEED, 3).map((x) => x * 2 ** 32)).toEqual([1580013426, 350525680, 3524174333]);
});

test("two seeds, and two draws, have nothing in common", () => {
  expect(new Set([...draw(1, 1000), ...draw(2, 1000)]).size).toBe(2000);
});

test("numbers lie in [0, 1), with nearly the same count in each tenth", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const x of draw(3, 100_000)) tenths[Math.floor(x * 10)]!++;
  expect(tenths).toHaveLength(10);
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
