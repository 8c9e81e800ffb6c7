/** Rules over made-up samples: the smallest rule that separates failures from passes, one rule for each fault, and no rule by chance. */

import { expect, test } from "vitest";
import { describeRule, findRules } from "./rules.js";

interface Point {
  readonly a: number;
  readonly b: number;
}

const PREDICATES = [
  { words: "a > 0", holds: ({ a }: Point) => a > 0 },
  { words: "a > 1", holds: ({ a }: Point) => a > 1 },
  { words: "b > 0", holds: ({ b }: Point) => b > 0 },
  { words: "b > 1", holds: ({ b }: Point) => b > 1 },
];
const POINTS: readonly Point[] = Array.from({ length: 16 }, (_, at) => ({ a: at % 4, b: Math.floor(at / 4) }));
const samples = (fails: (point: Point) => boolean) => POINTS.map((subject) => ({ subject, failed: fails(subject) }));
const told = (fails: (point: Point) => boolean): readonly string[] =>
  findRules(samples(fails), PREDICATES).map(({ rule }) => describeRule(rule, "it"));

test("one predicate if one is enough", () => {
  expect(told(({ a }) => a > 1)).toEqual(["it fails wherever a > 1 (8 of 8), passes elsewhere (8 of 8)"]);
});

test("two predicates if both are needed", () => {
  expect(told(({ a, b }) => a > 1 && b > 0)).toEqual([
    "it fails wherever a > 1 and b > 0 (6 of 6), passes elsewhere (10 of 10)",
  ]);
});

test("several faults give several rules, the one that covers most first", () => {
  expect(told(({ a, b }) => a > 1 || b > 1)).toEqual([
    "it fails wherever a > 1 (8 of 8), mostly passes elsewhere (4 of 8)",
    "it fails wherever b > 1 (8 of 8), mostly passes elsewhere (4 of 8)",
  ]);
});

test("if everything fails the rule needs no predicate, and if nothing fails there is no rule", () => {
  expect(told(() => true)).toEqual(["it fails everywhere (16 of 16)"]);
  expect(told(() => false)).toEqual([]);
});

test("a rule with exceptions says mostly, with counts", () => {
  expect(told(({ a, b }) => a > 1 && !(a === 2 && b === 0))).toEqual([
    "it mostly fails where a > 1 (7 of 8), passes elsewhere (8 of 8)",
  ]);
});

test("a third predicate if it removes passes from a rule and no failure", () => {
  const wide = Array.from({ length: 64 }, (_, at) => ({
    a: at % 4,
    b: Math.floor(at / 4) % 4,
    c: Math.floor(at / 16),
  }));
  const predicates = [
    ...PREDICATES,
    { words: "c > 0", holds: ({ c }: { readonly c: number }) => c > 0 },
    { words: "c > 2", holds: ({ c }: { readonly c: number }) => c > 2 },
  ];
  const [found] = findRules(
    wide.map((subject) => ({ subject, failed: subject.a > 1 && subject.b > 0 && subject.c > 0 })),
    predicates,
  );
  expect(describeRule(found!.rule, "it")).toBe(
    "it fails wherever a > 1 and b > 0 and c > 0 (18 of 18), passes elsewhere (46 of 46)",
  );
});

test("a result that is right by accident is counted separately", () => {
  const [found] = findRules(
    samples(({ a }) => a > 1),
    PREDICATES,
  );
  expect(describeRule(found!.rule, "it", 3)).toBe(
    "it fails wherever a > 1 (8 of 8; 3 more come to the same result either way), passes elsewhere (8 of 8)",
  );
});

test("rules that separate the samples equally well are rivals", () => {
  const same = [...PREDICATES, { words: "a is 2 or 3", holds: ({ a }: Point) => a >= 2 }];
  const few = samples(({ a }) => a > 1).filter(({ subject: { a, b } }) => b === 0 || a > 2);
  const [found] = findRules(few, [...same, { words: "a is even or 3", holds: ({ a, b }: Point) => a > 1 || b === 9 }]);
  expect(found!.rule.predicates.map(({ words }) => words)).toEqual(["a > 1"]);
  // If two predicates agree on every sample, only the first is kept, because no result could separate them.
  expect(found!.rivals).toEqual([]);
});
