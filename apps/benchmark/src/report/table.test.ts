import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { formatTable, tableWidth } from "./table.js";

const COLUMNS = [{ title: "name" }, { title: "n", align: "right" }] as const;

describe("formatTable", () => {
  it("aligns numbers to the right, without borders", () => {
    const lines = formatTable(COLUMNS, [["a", "1"], "rule", ["long name", "1,000"]], picocolors.createColors(false));
    expect(lines).toEqual(["name           n", "a              1", "----------------", "long name  1,000"]);
  });

  it("aligns by what is seen, not by colour codes, and leaves nothing after the last character", () => {
    const colors = picocolors.createColors(true);
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
