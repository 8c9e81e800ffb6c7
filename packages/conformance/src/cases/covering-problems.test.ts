/** The covering problems reach what issue after issue of convolution libraries is about, and stay small. */

import { formatProblem, parseProblem, problemCost } from "@convene/core";
import { describe, expect, test } from "vitest";
import { checkProblem } from "../check-problem.js";
import { referenceBackend } from "../reference-backend.js";
import { type Choice, coveringChoices, OPTION_SPACE, problemOf } from "../covering/covering-choices.js";
import { COVERING_PROBLEMS } from "./covering-problems.js";

const PROBLEMS = COVERING_PROBLEMS.map(parseProblem);
const OPTIONS = Object.keys(OPTION_SPACE) as (keyof Choice)[];

/** Pairs of levels that no problem can have: what they mean leaves no size or no pads. */
const IMPOSSIBLE = [
  "kh 1, height less than the kernel",
  "kw 1, width less than the kernel",
  "verticalPads none, height less than the kernel",
  "horizontalPads none, width less than the kernel",
];

test("they are what the search makes", () => {
  expect(COVERING_PROBLEMS).toEqual(coveringChoices().map(problemOf).map(formatProblem));
});

test("every two options meet at every two of their levels that can go together", () => {
  const missing = OPTIONS.flatMap((a, at) =>
    OPTIONS.slice(at + 1).flatMap((b) =>
      OPTION_SPACE[a].flatMap((x) =>
        OPTION_SPACE[b]
          .filter((y) => !coveringChoices().some((choice) => choice[a] === x && choice[b] === y))
          .map((y) => `${a} ${String(x)}, ${b} ${String(y)}`),
      ),
    ),
  );
  expect(missing.sort()).toEqual([...IMPOSSIBLE].sort());
});

describe("they reach", () => {
  test.each<[string, (problem: (typeof PROBLEMS)[number]) => boolean]>([
    ["four different pads", ({ pt, pl, pb, pr }) => new Set([pt, pl, pb, pr]).size === 4],
    ["a prime number of channels", ({ ic, oc }) => ic === 13 && oc === 17],
    ["an input of one pixel", ({ ih, iw }) => ih === 1 && iw === 1],
    ["an input smaller than the kernel both ways", ({ ih, iw, kh, kw }) => ih < kh && iw < kw],
    ["a kernel of 7 x 7", ({ kh, kw }) => kh === 7 && kw === 7],
    ["a stride that leaves pixels unread", ({ sh, kh }) => sh > kh],
  ])("%s", (_what, is) => {
    expect(PROBLEMS.some(is)).toBe(true);
  });
});

test("each has a string of its own, which gives it back", () => {
  expect(new Set(PROBLEMS.map(formatProblem)).size).toBe(PROBLEMS.length);
  for (const problem of PROBLEMS) expect(parseProblem(formatProblem(problem))).toEqual(problem);
});

test("they are few and small", () => {
  expect(PROBLEMS.length).toBeLessThan(75);
  expect(PROBLEMS.reduce((sum, problem) => sum + problemCost(problem).macs, 0)).toBeLessThan(3e6);
});

test.each(["integer", "real"] as const)("a wrong sum would show in each, with %s operands", async (kind) => {
  const backend = await referenceBackend();
  for (const problem of PROBLEMS)
    expect(await checkProblem(backend, problem, kind)).toMatchObject({ status: "passed" });
  await backend.dispose();
});
