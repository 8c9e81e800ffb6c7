/** Random problems contain every level of every option and every pair of options, and each has a string. */

import { formatProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { randomProblem } from "./random-problem.js";
import { randomSource } from "./random-source.js";

const random = randomSource(1);
const PROBLEMS = Array.from({ length: 1000 }, () => randomProblem(random));

/** Each option, as one of a few levels. */
const OPTIONS: Readonly<Record<string, { levels: readonly unknown[]; of(p: (typeof PROBLEMS)[number]): unknown }>> = {
  "padding mode": { levels: ["zeros", "reflect", "replicate", "circular"], of: (p) => p.paddingMode },
  activation: {
    levels: ["none", "relu", "relu6", "clamp"],
    of: (p) => (typeof p.activation === "object" ? "clamp" : (p.activation ?? "none")),
  },
  residual: { levels: [false, true], of: (p) => p.residual },
  bias: { levels: [false, true], of: (p) => p.bias },
  groups: {
    levels: ["standard", "depthwise", "multiplier", "grouped"],
    of: (p) => (p.g === 1 ? "standard" : p.g < p.ic ? "grouped" : p.oc > p.g ? "multiplier" : "depthwise"),
  },
  "stride > 1": { levels: [false, true], of: (p) => p.sh > 1 || p.sw > 1 },
  "strides differ": { levels: [false, true], of: (p) => p.sh !== p.sw },
  "dilation > 1": { levels: [false, true], of: (p) => (p.dh > 1 && p.kh > 1) || (p.dw > 1 && p.kw > 1) },
  "dilations differ": { levels: [false, true], of: (p) => p.dh !== p.dw },
  "pads differ": { levels: [false, true], of: (p) => p.pt !== p.pb || p.pl !== p.pr },
  "batch > 1": { levels: [false, true], of: (p) => p.n > 1 },
};
const NAMES = Object.keys(OPTIONS);

test.each(NAMES)("%s: every level appears", (name) => {
  const { levels, of } = OPTIONS[name]!;
  expect(new Set(PROBLEMS.map(of))).toEqual(new Set(levels));
});

describe("every pair of levels of two options appears", () => {
  // Strides that differ include a stride above 1, and so do dilations. So this pair has one combination fewer.
  const possible = (a: string, x: unknown, b: string, y: unknown): boolean =>
    !(a === "stride > 1" && b === "strides differ" && x === false && y === true);
  const pairs = NAMES.flatMap((a, index) => NAMES.slice(index + 1).map((b) => [a, b] as const));

  test.each(pairs)("%s with %s", (a, b) => {
    const seen = new Set(PROBLEMS.map((p) => `${OPTIONS[a]!.of(p)}, ${OPTIONS[b]!.of(p)}`));
    const wanted = OPTIONS[a]!.levels.flatMap((x) =>
      OPTIONS[b]!.levels.filter((y) => possible(a, x, b, y)).map((y) => `${x}, ${y}`),
    );
    expect([...seen].sort()).toEqual(wanted.sort());
  });
});

test("kernels from 1 to 7, square and not; inputs smaller than the kernel and of one pixel", () => {
  for (const key of ["kh", "kw"] as const)
    expect([...new Set(PROBLEMS.map((p) => p[key]))].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(PROBLEMS.some((p) => p.kh === p.kw && p.kh > 1)).toBe(true);
  expect(PROBLEMS.some((p) => p.kh !== p.kw)).toBe(true);
  expect(PROBLEMS.some((p) => p.ih < p.kh || p.iw < p.kw)).toBe(true);
  expect(PROBLEMS.some((p) => p.ih === 1 && p.iw === 1)).toBe(true);
});

test("pads reach as far as each mode allows", () => {
  expect(PROBLEMS.some((p) => p.paddingMode === "reflect" && p.pt > 0 && p.pt === p.ih - 1)).toBe(true);
  expect(PROBLEMS.some((p) => p.paddingMode === "circular" && p.pt > 0 && p.pt === p.ih)).toBe(true);
  expect(PROBLEMS.some((p) => p.paddingMode === "replicate" && p.pt > p.ih)).toBe(true);
});

test("each problem's string gives the problem back", () => {
  for (const problem of PROBLEMS) expect(parseProblem(formatProblem(problem))).toEqual(problem);
});

test("the same seed gives the same problems, and few of them twice", () => {
  const [again, other] = [randomSource(1), randomSource(2)];
  expect(PROBLEMS.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => randomProblem(again)));
  expect(randomProblem(other)).not.toEqual(PROBLEMS[0]);
  expect(new Set(PROBLEMS.map(formatProblem)).size).toBeGreaterThan(990);
});
