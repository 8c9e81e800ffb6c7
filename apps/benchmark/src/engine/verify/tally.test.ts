import { describe, expect, it } from "vitest";
import { createTallies, tally } from "./tally.js";

const BOUNDED = { name: "bounded", against: "the float64 reference", exact: false } as const;

describe("tally", () => {
  it("counts, and keeps the largest ratio", () => {
    const into = tally(BOUNDED, "cpu");
    into.add("a", { status: "passed", ratio: 0.5 }, 2, "");
    into.add("b", { status: "passed", ratio: 0.25 }, 3, "");
    into.add("c", { status: "skipped", message: "why" }, 0, "");
    expect(into.result()).toMatchObject({
      check: "bounded",
      counts: { passed: 2, failed: 0, untrusted: 0, skipped: 1 },
      worstRatio: 0.5,
      milliseconds: 5,
      skipped: [{ case: "c", reason: "why" }],
    });
  });

  it("keeps the facts of each failure, and the reasons of cases that were not decided", () => {
    const mismatch = {
      shape: [1, 1, 2, 2] as const,
      wrong: 1,
      at: [0, 0, 1, 1] as const,
      actual: 1,
      expected: 2,
      bound: 0,
      byAxis: { n: [1], c: [1], h: [0, 1], w: [0, 1] },
      plane: [0, 0, 0, 1],
    };
    const history = { alone: "passes", after: "a" } as const;
    const into = tally(BOUNDED, "cpu");
    into.add("b", { status: "failed", message: "wrong", mismatch, algorithm: "direct", ...history }, 0, "again");
    into.add("c", { status: "untrusted", message: "all zero" }, 0, "");
    expect(into.result()).toMatchObject({
      failures: [{ case: "b", message: "wrong", rerun: "again", mismatch, algorithm: "direct", ...history }],
      untrusted: [{ case: "c", reason: "all zero" }],
    });
  });
});

describe("createTallies", () => {
  it("has one tally for each check and backend, which is always the same", () => {
    const tallies = createTallies();
    tallies.of(BOUNDED, "a").add("x", { status: "passed" }, 0, "");
    tallies.of(BOUNDED, "b").add("x", { status: "failed" }, 0, "");
    tallies.of(BOUNDED, "a").add("y", { status: "passed" }, 0, "");
    expect(tallies.results().map(({ backend, counts }) => [backend, counts.passed])).toEqual([
      ["a", 2],
      ["b", 0],
    ]);
  });
});
