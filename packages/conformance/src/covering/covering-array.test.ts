/** Covering arrays: every pair that can be covered is, nothing that is forbidden appears, and rows stay few. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { randomSource } from "../random-source.js";
import { coveringArray, type Constraint } from "./covering-array.js";

/** Every full row, in the plainest way. */
function allRows(levels: readonly number[]): readonly (readonly number[])[] {
  return levels.reduce<readonly (readonly number[])[]>(
    (rows, count) => rows.flatMap((row) => Array.from({ length: count }, (_, level) => [...row, level])),
    [[]],
  );
}

function pairs(rows: readonly (readonly number[])[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap((row) => row.flatMap((x, a) => row.slice(a + 1).map((y, b) => `${a}:${x} ${a + 1 + b}:${y}`))),
  );
}

const meets = (row: readonly number[], constraints: readonly Constraint[]): boolean =>
  constraints.every(({ factors, allows }) => allows(factors.map((factor) => row[factor]!)));

test.each([[[2, 2]], [[3]], [[1, 1, 1]], [[2, 2, 2, 2, 2, 2, 2]], [[7, 1, 3, 5]], [[4, 4, 4, 4]]])(
  "factors of %j levels: every pair",
  (levels) => {
    const rows = coveringArray(levels, { random: randomSource(1) });
    expect(pairs(rows)).toEqual(pairs(allRows(levels)));
  },
);

test("with constraints: exactly the pairs that some row can have, and no row that breaks one", () => {
  const someLevels = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(someLevels, fc.nat(), fc.nat(), fc.nat(), (levels, seed, modulus, bits) => {
      const constraints: readonly Constraint[] = [
        { factors: [0, 1], allows: ([x, y]) => ((bits >> (4 * x! + y!)) & 1) === 0 },
        { factors: [levels.length - 1, 0], allows: ([x, y]) => (x! + 2 * y!) % (2 + (modulus % 3)) !== 1 },
        { factors: levels.map((_, at) => at), allows: (row) => row.reduce((sum, x) => sum + x, 0) % 7 !== 5 },
      ];
      const rows = coveringArray(levels, { constraints, random: randomSource(seed) });
      expect(rows.filter((row) => !meets(row, constraints))).toEqual([]);
      expect(pairs(rows)).toEqual(pairs(allRows(levels).filter((row) => meets(row, constraints))));
    }),
  );
});

test("few rows: not many more than the two largest factors have pairs", () => {
  const rows = coveringArray([7, 7, 5, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2], { random: randomSource(1) });
  expect(rows.length).toBeGreaterThanOrEqual(49);
  expect(rows.length).toBeLessThan(75);
});

test("each row covers a pair that those before it do not", () => {
  const rows = coveringArray([5, 4, 3, 3, 2], { random: randomSource(1) });
  rows.forEach((_, at) => expect(pairs(rows.slice(0, at + 1)).size).toBeGreaterThan(pairs(rows.slice(0, at)).size));
});

test("the same random numbers give the same rows", () => {
  const made = (seed: number) => coveringArray([4, 3, 3, 2], { random: randomSource(seed) });
  expect(made(1)).toEqual(made(1));
  expect(made(1)).not.toEqual(made(2));
});

test("nothing to choose gives no rows", () => {
  expect(coveringArray([], { random: randomSource(1) })).toEqual([]);
  const never = { factors: [0], allows: () => false };
  expect(coveringArray([2, 2], { constraints: [never], random: randomSource(1) })).toEqual([]);
});
