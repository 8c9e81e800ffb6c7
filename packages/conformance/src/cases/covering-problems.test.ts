/** The covering problems contain the situations that many issues of convolution libraries report, and they are small. */

import { type Conv2dProblem, formatProblem, parseProblem, problemCost } from "@convene/core";
import { describe, expect, test } from "vitest";
import { checkProblem } from "../check-problem.js";
import { referenceBackend } from "../reference-backend.js";
import { COVERING_PROBLEMS } from "./covering-problems.js";

const PROBLEMS = COVERING_PROBLEMS.map(parseProblem);

/** The levels of an option that a problem has. For some options a problem has more than one level. */
type Levels = (problem: Conv2dProblem) => readonly unknown[];

const pads = (before: number, after: number): string =>
  before === 0 ? (after === 0 ? "none" : "after") : after === 0 ? "before" : before === after ? "equal" : "unequal";

const size = (pixels: number, span: number, outputs: number): readonly string[] => [
  ...(pixels === 1 ? ["one pixel"] : []),
  ...(pixels < span ? ["less than the kernel"] : []),
  ...(outputs === 1 ? ["one output"] : []),
  ...(outputs > 1 ? ["more"] : []),
];

const groups: Levels = ({ g, ic, oc }) => [
  ...(g === 1 ? ["standard"] : []),
  ...(g === 2 ? ["two"] : []),
  ...(g === 3 ? ["three"] : []),
  ...(g === ic && g === oc && g > 1 ? ["depthwise"] : []),
  ...(g === ic && g < oc && g > 1 ? ["multiplier"] : []),
];

/** The options and their levels. */
const OPTIONS: Readonly<Record<string, readonly [levels: readonly unknown[], of: Levels]>> = {
  paddingMode: [["zeros", "reflect", "replicate", "circular"], ({ paddingMode }) => [paddingMode]],
  kh: [[1, 2, 3, 4, 5, 6, 7], ({ kh }) => [kh]],
  dh: [[1, 2, 3], ({ dh }) => [dh]],
  sh: [[1, 2, 3], ({ sh }) => [sh]],
  verticalPads: [["none", "before", "after", "equal", "unequal"], ({ pt, pb }) => [pads(pt, pb)]],
  height: [
    ["one pixel", "less than the kernel", "one output", "more"],
    ({ ih, kh, dh, oh }) => size(ih, dh * (kh - 1) + 1, oh),
  ],
  kw: [[1, 2, 3, 4, 5, 6, 7], ({ kw }) => [kw]],
  dw: [[1, 2, 3], ({ dw }) => [dw]],
  sw: [[1, 2, 3], ({ sw }) => [sw]],
  horizontalPads: [["none", "before", "after", "equal", "unequal"], ({ pl, pr }) => [pads(pl, pr)]],
  width: [
    ["one pixel", "less than the kernel", "one output", "more"],
    ({ iw, kw, dw, ow }) => size(iw, dw * (kw - 1) + 1, ow),
  ],
  groups: [["standard", "two", "three", "depthwise", "multiplier"], groups],
  n: [[1, 2, 3], ({ n }) => [n]],
  bias: [[true, false], ({ bias }) => [bias]],
  residual: [[true, false], ({ residual }) => [residual]],
  activation: [
    ["none", "relu", "relu6", "clamp"],
    ({ activation = "none" }) => [typeof activation === "string" ? activation : "clamp"],
  ],
};

/** Pairs of levels that no problem can have, because no size or no pads would fit both. */
const IMPOSSIBLE = [
  "kh 1, height less than the kernel",
  "kw 1, width less than the kernel",
  "verticalPads none, height less than the kernel",
  "horizontalPads none, width less than the kernel",
];

test("every possible pair of levels of two options is in a problem", () => {
  const options = Object.entries(OPTIONS);
  const missing = options.flatMap(([a, [levelsOfA, ofA]], at) =>
    options
      .slice(at + 1)
      .flatMap(([b, [levelsOfB, ofB]]) =>
        levelsOfA.flatMap((x) =>
          levelsOfB
            .filter((y) => !PROBLEMS.some((problem) => ofA(problem).includes(x) && ofB(problem).includes(y)))
            .map((y) => `${a} ${String(x)}, ${b} ${String(y)}`),
        ),
      ),
  );
  expect(missing.sort()).toEqual([...IMPOSSIBLE].sort());
});

test.each([1, 3, 5, 13])("%i input channels in a group are among them", (channels) => {
  expect(PROBLEMS.some(({ ic, g }) => ic / g === channels)).toBe(true);
});

test.each([1, 4, 8, 17])("%i output channels of a group are among them", (channels) => {
  expect(PROBLEMS.some(({ oc, g }) => oc / g === channels)).toBe(true);
});

describe("they reach", () => {
  test.each<[string, (problem: Conv2dProblem) => boolean]>([
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

test("each is in the notation that a report prints", () => {
  expect(new Set(COVERING_PROBLEMS).size).toBe(PROBLEMS.length);
  expect(PROBLEMS.map(formatProblem)).toEqual(COVERING_PROBLEMS);
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
