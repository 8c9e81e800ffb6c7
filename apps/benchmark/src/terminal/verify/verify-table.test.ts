import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { createTallies } from "../../engine/verify/tally.js";
import { describeDoubts, describeFailures, verifyTable } from "./verify-table.js";

const plain = picocolors.createColors(false);
const against = "the float64 reference";

function results({ skipped = 0, failed = 0 } = {}) {
  const tallies = createTallies();
  for (const backend of ["cpu:relaxed", "cpu:simd128", "cpu:relaxed ~ cpu:simd128"]) {
    const into = tallies.of({ name: "mobilenet-v1, agreement", against, exact: false }, backend);
    into.add("a", { status: "passed", ratio: 0.1 }, 12_345, "");
    for (let i = 0; i < skipped; i++)
      into.add(`s${i}`, { status: "skipped", message: "groups are not done yet" }, 0, "");
    for (let i = 0; i < failed; i++) into.add(`f${i}`, { status: "failed", message: "word ".repeat(40) }, 0, "again");
  }
  return tallies.results();
}
const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));

describe("verifyTable", () => {
  it("has a row for each check and backend", () => {
    expect(verifyTable(results(), plain, undefined)[1]).toMatch(
      /^mobilenet-v1, agreement +cpu:relaxed +1 +0 +0 +0 +0\.100 +12\.3 s$/,
    );
  });

  it.each([{}, { skipped: 3 }])("fits in 80 columns: %o", (what) => {
    expect(widest(verifyTable(results(what), plain, 80))).toBeLessThanOrEqual(80);
  });

  it("says exact only where that was found", () => {
    const tallies = createTallies();
    tallies.of({ name: "exact", against, exact: true }, "a").add("x", { status: "passed" }, 0, "");
    tallies.of({ name: "exact", against, exact: true }, "b").add("x", { status: "failed" }, 0, "");
    tallies.of({ name: "bounded", against, exact: false }, "a").add("x", { status: "skipped" }, 0, "");
    const [, ...rows] = verifyTable(tallies.results(), plain, undefined);
    expect(rows.map((row) => row.split(/ +/).at(-3))).toEqual(["exact", "-", "-"]);
  });
});

describe("what is said of single cases", () => {
  it("fits in 80 columns, and is a few of each row", () => {
    const many = results({ skipped: 2000, failed: 7 });
    for (const lines of [describeFailures(many, plain, 80), describeDoubts(many, plain, 80)]) {
      expect(widest(lines)).toBeLessThanOrEqual(80);
      expect(lines.length).toBeLessThan(100);
    }
    expect(describeFailures(many, plain, undefined)).toContain(
      "  and 2 more of mobilenet-v1, agreement, cpu:relaxed; --json <file> has them all",
    );
  });

  it("tells a reason once", () => {
    expect(describeDoubts(results({ skipped: 2000 }), plain, undefined)[0]).toBe(
      "skipped mobilenet-v1, agreement, cpu:relaxed: 2,000 cases, the first s0: groups are not done yet",
    );
  });

  it("begins with what the failures have in common", () => {
    const tallies = createTallies();
    const into = tallies.of({ name: "exact", against, exact: true }, "b");
    into.add("one", { status: "failed", message: "wrong" }, 0, "again");
    const finding = { rule: "Fails wherever dh > 1 (4 of 4)", cause: "dh is ignored", certain: true } as const;
    into.diagnose([finding]);
    expect(tallies.results()[0]!.findings).toEqual([finding]);
    expect(describeFailures(tallies.results(), plain, undefined).slice(0, 3)).toEqual([
      "diagnosis 1 exact, b: Fails wherever dh > 1 (4 of 4)",
      "  cause        dh is ignored",
      "failed exact, b: one",
    ]);
  });

  it("shows one drawing for a row, and keeps commands on one line", () => {
    const tallies = createTallies();
    const mismatch = {
      shape: [1, 1, 1, 2] as const,
      wrong: 1,
      at: [0, 0, 0, 1] as const,
      actual: 1,
      expected: 2,
      bound: 0,
      byAxis: { n: [1], c: [1], h: [1], w: [0, 1] },
      plane: [0, 1],
    };
    const rerun = "npm run convene -- verify a --backend b".repeat(3);
    const into = tallies.of({ name: "exact", against, exact: true }, "b");
    for (const name of ["one", "two"]) into.add(name, { status: "failed", message: "wrong", mismatch }, 0, rerun);
    const lines = describeFailures(tallies.results(), plain, 80);
    expect(lines.filter((line) => line === "    .#")).toHaveLength(1);
    expect(lines.filter((line) => line === `  again: ${rerun}`)).toHaveLength(2);
  });
});
