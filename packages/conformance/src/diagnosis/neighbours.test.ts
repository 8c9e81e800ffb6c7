import { formatProblem, parseProblem } from "@convene/core";
import { expect, test } from "vitest";
import { measuredPredicates, neighboursOf } from "./neighbours.js";

const problem = parseProblem("g2_ic4_ih11_oc2_kh3_dh4_nobias");

test("neighbours differ from the problem, and from one another", () => {
  const texts = neighboursOf(problem).map(formatProblem);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).not.toContain(formatProblem(problem));
});

test("there is one without groups, one with another dilation, one with fewer channels, and one with a bias", () => {
  const texts = neighboursOf(problem).map(formatProblem);
  for (const each of [
    "ic2_ih11_oc1_kh3_dh4_nobias",
    "g2_ic4_ih11_oc2_kh3_dh3_dw4_nobias",
    "g2_ic2_ih11_oc2_kh3_dh4_nobias",
    "g2_ic4_ih11_oc2_kh3_dh4",
  ])
    expect(texts).toContain(each);
});

test("predicates with the samples' own numbers: a bound that separates the failures, and a value that all failures have", () => {
  const samples = [
    [5, false],
    [32, false],
    [40, true],
    [60, true],
  ].map(([iw, failed]) => ({ subject: parseProblem(`ic3_ih4_iw${Number(iw)}_oc4_kh1_dh1`), failed: Boolean(failed) }));
  const words = measuredPredicates(samples).map((each) => each.words);
  expect(words).toContain("ow > 32");
  expect(words).toContain("ic = 3");
  expect(words).not.toContain("iw = 40");
});
