/** docs/errors.md has every error of the source, and no other. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorMessages, messagesOf } from "./error-messages.js";
import { ROOT } from "./workspace.js";

interface Row {
  readonly code: string;
  readonly message: string;
  readonly cells: readonly string[];
}

/** The rows of the page, each with its code. Errors about other errors have a heading without a code. */
function rowsOf(page: string): readonly Row[] {
  const rows: Row[] = [];
  let code = "";
  for (const line of page.split("\n")) {
    if (line.startsWith("## ")) code = /`(ERR_\w+)`/.exec(line)?.[1] ?? "";
    const row = /^\| `(.*?)`\s+\| (.*) \|$/.exec(line);
    if (row) rows.push({ code, message: row[1]!, cells: row[2]!.split(" | ").map((cell) => cell.trim()) });
  }
  return rows;
}

const ROWS = rowsOf(readFileSync(join(ROOT, "docs", "errors.md"), "utf8"));

describe("docs/errors.md", () => {
  it("has a row for each message in the source, under its code, and no other rows", () => {
    const inSource = errorMessages().map(({ code, message }) => `${code ?? ""} ${message}`);
    expect(inSource.length).toBeGreaterThan(100);
    expect(ROWS.map(({ code, message }) => `${code} ${message}`).sort()).toEqual([...new Set(inSource)].sort());
  });

  it("says for each message when it occurs, what to do, and which test covers it", () => {
    for (const { message, cells } of ROWS) {
      expect(cells, message).toHaveLength(3);
      for (const cell of cells) expect(cell, message).not.toBe("");
      const link = /\]\(\.\.\/(.*)\)$/.exec(cells[2]!)?.[1];
      const isThere = link === undefined ? /^(core|no: .+)$/.test(cells[2]!) : existsSync(join(ROOT, link));
      expect(isThere, `${message}: ${cells[2]}`).toBe(true);
    }
  });

  it("has a section for each code", () => {
    const source = readFileSync(join(ROOT, "packages", "core", "src", "errors.ts"), "utf8");
    const codes = [...source.matchAll(/^ {2}\| "(ERR_\w+)"/gm)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(5);
    expect([...new Set(ROWS.map(({ code }) => code))].filter((code) => code !== "").sort()).toEqual(codes.sort());
  });
});

describe("messagesOf", () => {
  const found = (text: string): readonly (readonly [string | undefined, string])[] =>
    messagesOf("file.ts", text).map(({ code, message }) => [code, message]);

  it("finds text, templates, sums, alternatives and constants", () => {
    expect(found('throw new ConveneError("ERR_SHAPE", "plain");')).toEqual([["ERR_SHAPE", "plain"]]);
    expect(found('new ConveneError("ERR_SHAPE", `${a} is ${b()}.`)')).toEqual([["ERR_SHAPE", "… is …."]]);
    expect(found('const why = "no"; { new BackendUnavailableError(x, why + ` (${y})`, z) }')).toEqual([
      ["ERR_BACKEND_UNAVAILABLE", "no (…)"],
    ]);
    expect(found('new ConveneError(code, a ? "yes" : `no ${b}`)')).toEqual([
      [undefined, "yes"],
      [undefined, "no …"],
    ]);
    expect(found("new Error('another')")).toEqual([]);
  });

  it("gives the place in the source", () => {
    expect(messagesOf("a.ts", '\n\nnew ConveneError("ERR_SHAPE", "x")')[0]!.where).toBe("a.ts:3");
  });
});
