import { describe, expect, it } from "vitest";
import { createColors } from "./colors.js";
import { printSuites, type SuiteRow, suiteTable, type ToldCase } from "./print-suites.js";

const plain = createColors(false);
const of = "mobilenet-v1, agreement, cpu:relaxed ~ cpu:simd128";

function row(counts: Partial<SuiteRow["counts"]>, more: Partial<SuiteRow> = {}): SuiteRow {
  return {
    cells: ["mobilenet-v1, agreement", "cpu:relaxed ~ cpu:simd128"],
    counts: { passed: 1, failed: 0, untrusted: 0, skipped: 0, ...counts },
    worstRatio: 0.1,
    exact: false,
    milliseconds: 12_345,
    ...more,
  };
}
const columns = [{ title: "check" }, { title: "backend" }];
const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));

/** The lines that are printed for cases. */
function print(
  cases: readonly ToldCase[],
  width?: number,
  findings: Parameters<typeof printSuites>[1]["findings"] = [],
) {
  let text = "";
  const stdout = { write: (part: string) => (text += part) };
  const told = { columns, rows: [], findings, cases, elsewhere: "--json shows them in full" };
  printSuites({ stdout, columns: width, colors: plain }, told);
  return text.split("\n");
}
const failed = (name: string, more: Partial<ToldCase> = {}): ToldCase => ({
  of,
  name,
  status: "failed",
  message: "wrong",
  ...more,
});

describe("suiteTable", () => {
  it("has a row for each check and backend", () => {
    expect(suiteTable({ columns, rows: [row({})] }, plain, undefined)[1]).toMatch(
      /^mobilenet-v1, agreement +cpu:relaxed ~ cpu:simd128 +1 +0 +0 +0 +0\.100 +12\.3 s$/,
    );
  });

  it.each([
    [{}, 80],
    [{ skipped: 3 }, 80],
    [{ skipped: 3 }, 66],
  ])("%o fits in %i columns", (counts, width) => {
    expect(widest(suiteTable({ columns, rows: [row(counts)] }, plain, width))).toBeLessThanOrEqual(width);
  });

  it("says exact only if exact cases passed and none failed", () => {
    const rows = [
      row({}, { exact: true, worstRatio: undefined }),
      row({ failed: 1 }, { exact: true, worstRatio: undefined }),
      row({ skipped: 1 }, { worstRatio: undefined }),
    ];
    const [, ...lines] = suiteTable({ columns, rows }, plain, undefined);
    expect(lines.map((line) => line.split(/ +/).at(-3))).toEqual(["exact", "-", "-"]);
  });

  it("has no lines if nothing ran", () => {
    expect(suiteTable({ columns, rows: [] }, plain, undefined)).toEqual([]);
  });
});

describe("the lines about single cases", () => {
  it.each([80, 40])("fit in %i columns, and show a few cases of many", (width) => {
    const skips = Array.from({ length: 2000 }, (_, i) => ({
      of,
      name: `s${i}`,
      status: "skipped" as const,
      message: "groups are not done yet",
    }));
    const failures = Array.from({ length: 50 }, (_, i) => failed(`f${i}`, { message: `${i} ${"word ".repeat(40)}` }));
    const lines = print([...skips, ...failures], width);
    expect(widest(lines)).toBeLessThanOrEqual(width);
    expect(lines.length).toBeLessThan(60);
  });

  it("give a reason once, and count the failures that are like a failure", () => {
    const skipped = { of, status: "skipped", message: "groups are not done yet" } as const;
    const cases = [..."abcd"].map((name) => ({ ...skipped, name }));
    expect(print([...cases, ...[..."efghij"].map((name) => failed(name))])).toEqual([
      `skipped 4 cases: groups are not done yet (${of} a; ${of} b; ${of} c; ...)`,
      "",
      `failed ${of} e`,
      "  wrong",
      "",
      `failed ${of} f`,
      "  wrong",
      "",
      `4 more failures of ${of} like these (g; h; i; ...); --json shows them in full`,
      "",
      "",
    ]);
  });

  it("begin with the findings", () => {
    const finding = { rule: "Fails wherever dh > 1 (4 of 4)", cause: "dh is ignored", certain: true } as const;
    expect(print([failed("one")], undefined, [{ of: "exact, b", finding }, { finding }]).slice(0, 6)).toEqual([
      "diagnosis 1 exact, b: Fails wherever dh > 1 (4 of 4)",
      "  cause        dh is ignored",
      "",
      "diagnosis 2 Fails wherever dh > 1 (4 of 4)",
      "  cause        dh is ignored",
      "",
    ]);
  });

  it("keep commands, drawings and places in files on one line", () => {
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
    const rerun = "npx convene-conformance ./a.js --suite exact".repeat(3);
    const stack = `at deep inside (/home/me/${"folder/".repeat(10)}mine.js:1:2)`;
    const thrown = { call: "plan.run", stack: `Error: wrong\n    ${stack}` };
    const lines = print([failed("one", { mismatch, rerun, thrown })], 60);
    for (const line of ["  plane        .#", `  run alone    ${rerun}`, `  stack        ${stack}`])
      expect(lines).toContain(line);
  });

  it("indent sentences behind their label if there is room", () => {
    const lines = print([failed("one", { alone: "passes", after: "two" })], 70);
    expect(lines.slice(2)).toEqual([
      "  history      it passes alone on a new backend, so it depends on a",
      '               case that ran before: it fails again after "two"',
      "",
      "",
    ]);
  });
});
