import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ENVIRONMENTS } from "./list.js";
import { COLUMNS, failedCells, faultsOf, markdown, outdated } from "./table.js";

const OK = { cpu: "ok", "worker-threads": "ok", gpu: "ok" };

describe("the table of environments", () => {
  it("has a line for each environment, and the text of each refusal once", () => {
    const refused = { ...OK, gpu: "refused: no adapter. Remedy: Install one" };
    expect(
      markdown([
        { name: "Node 20", cells: OK },
        { name: "Bun", cells: refused },
        { name: "Deno", cells: refused },
      ]),
    ).toBe(
      [
        "| environment | cpu | worker-threads | gpu         |",
        "| ----------- | --- | -------------- | ----------- |",
        "| Node 20     | ok  | ok             | ok          |",
        "| Bun         | ok  | ok             | refused [1] |",
        "| Deno        | ok  | ok             | refused [1] |",
        "",
        "1. refused: no adapter. Remedy: Install one",
      ].join("\n"),
    );
  });

  it("has a fault for an empty cell and for a failed cell", () => {
    expect(faultsOf([{ name: "Node 20", cells: OK }])).toEqual([]);
    expect(faultsOf([{ name: "Bun", cells: { ...OK, gpu: "" } }])).toEqual(["Bun, gpu: an empty cell"]);
    expect(faultsOf([{ name: "Deno", cells: failedCells(new Error("no")) }])).toEqual(
      COLUMNS.map((column) => `Deno, ${column}: FAILED: no`),
    );
  });

  it("is outdated where it lacks a row, a refusal or the words of a remedy, and not where an engine's message differs", () => {
    const refused = (message: string, remedy: string) => ({
      ...OK,
      gpu: `refused: no WebGPU (${message}). Remedy: Use the backend *cpu*, ${remedy}`,
    });
    const document = markdown([
      { name: "Bun", cells: refused("Error: 1", "which needs none") },
      { name: "Deno", cells: OK },
    ]);
    const check = (name: string, cells: typeof OK): string[] => outdated(document, [{ name, cells }]);
    expect(check("Bun", refused("Error: (2)", "which needs none"))).toEqual([]);
    expect(check("Deno", OK)).toEqual([]);
    expect(check("Bun", refused("Error: 1", "which is slower"))).toEqual([expect.stringMatching(/^Bun, gpu: .*none$/)]);
    expect(check("Bun", OK)).toHaveLength(1);
    expect(check("Deno", refused("Error: 1", "which needs none"))).toEqual(["Deno, gpu: the document has ok"]);
    expect(check("Node 20", OK)).toHaveLength(3);
  });

  it("stands in docs/environments.md, with each environment", () => {
    const document = readFileSync(new URL("../../../docs/environments.md", import.meta.url), "utf8");
    const rows = [...document.matchAll(/^\| (.+?) +\| (?:ok|refused)/gm)].map(([, name]) => name);
    expect(rows).toEqual(ENVIRONMENTS.map(({ name }) => name));
  });
});
