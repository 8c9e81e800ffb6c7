import { describe, expect, it } from "vitest";
import { createColors } from "./colors.js";
import { fitTable, formatTable, tableWidth } from "./table.js";

const COLUMNS = [{ title: "name" }, { title: "n", align: "right" }] as const;

describe("formatTable", () => {
  it("aligns numbers to the right, without borders", () => {
    const lines = formatTable(COLUMNS, [["a", "1"], "rule", ["long name", "1,000"]], createColors(false));
    expect(lines).toEqual(["name           n", "a              1", "----------------", "long name  1,000"]);
  });

  it("aligns by visible characters, not by colour codes, and leaves nothing after the last character", () => {
    const colors = createColors(true);
    const lines = formatTable(
      COLUMNS,
      [
        [colors.red("a"), "1"],
        ["long name", ""],
      ],
      colors,
    );
    expect(tableWidth(lines)).toBe("long name  n".length);
    expect(lines[2]).toBe("long name");
  });
});

describe("fitTable", () => {
  const columns = [
    { title: "problem" },
    { title: "backend" },
    { title: "n", align: "right" },
    { title: "kind" },
  ] as const;
  const rows = [["ic128_ih56", "a", "1", "x"], ["", "b", "22", "y"], "rule", ["ic3_ih7", "a", "3", "z"]] as const;
  const fit = (width: number | undefined) => fitTable(columns, rows, [["kind"]], createColors(false), width);

  it("keeps all columns if there is room", () => {
    expect(fit(undefined)[1]).toBe("ic128_ih56  a         1  x");
    expect(fit(29)).toEqual(fit(undefined));
  });

  it("drops the columns of droppable first", () => {
    expect(fit(23)[0]).toBe("problem     backend   n");
  });

  it("puts the first cells above the others", () => {
    expect(fit(19)).toEqual([
      "  backend   n  kind",
      "ic128_ih56",
      "  a         1  x",
      "  b        22  y",
      "  -----------------",
      "ic3_ih7",
      "  a         3  z",
    ]);
    expect(fit(14)[1]).toBe("ic128_ih56");
    expect(fit(14)[0]).toBe("  backend   n");
  });
});
