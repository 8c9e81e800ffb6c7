import picocolors from "picocolors";
import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { benchMarkdown, benchTable } from "./bench-table.js";
import { layerResult, totals } from "./results.js";

const plain = picocolors.createColors(false);
const layers = ["ic8_ih14_oc16_kh1", "g8_ic8_ih14_oc8_kh3_ph1"].map((text) =>
  layerResult(
    { text, problem: parseProblem(text), names: [text], repeat: 3 },
    {
      figures: [
        { backend: "cpu", algorithm: "igemm", samples: [1, 1, 1, 1, 1], runsPerSample: 4 },
        { backend: "cpu:js", algorithm: "direct", samples: [12, 12, 12, 12, 12], runsPerSample: 1 },
      ],
      failures: [],
    },
    "cpu",
  ),
);
const result = { name: "test", about: "two layers", complete: true, layers, totals: totals(layers, ["cpu", "cpu:js"]) };

describe("benchTable", () => {
  it("has a line for each layer and backend, with the layer named once", () => {
    const lines = benchTable(result, plain, undefined);
    expect(lines[1]).toMatch(/^ic8_ih14_oc16_kh1 +3 +cpu +1\.000 +0 % +\d+\.\d +1\.00 +igemm$/);
    expect(lines[2]).toMatch(/^ +cpu:js +12\.00 +0 % +\d+\.\d +12\.00 +direct$/);
  });

  it("ends in the sum over all layers", () => {
    const lines = benchTable(result, plain, undefined);
    expect(lines.find((line) => line.startsWith("sum of 6 layers "))).toMatch(/cpu +6\.000 /);
  });

  it("does not call a sum whole that Ctrl-C has cut short", () => {
    const lines = benchTable({ ...result, complete: false }, plain, undefined);
    expect(lines.filter((line) => line.startsWith("sum of 6 layers, not all "))).toHaveLength(1);
  });

  it("has no rule under the last line", () => {
    const one = { ...result, layers: layers.slice(0, 1), totals: totals(layers.slice(0, 1), ["cpu"]) };
    expect(benchTable(one, plain, undefined).at(-1)).toMatch(/direct$/);
    expect(benchTable(result, plain, undefined)).toContainEqual(expect.stringMatching(/^-+$/));
  });

  it("keeps within a narrow terminal", () => {
    const lines = benchTable(result, plain, 60);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines).toContain("ic8_ih14_oc16_kh1 x 3");
  });

  it("leaves no space at a line's end", () => {
    for (const line of [...benchTable(result, plain, undefined), ...benchTable(result, plain, 60)])
      expect(line).toBe(line.trimEnd());
  });
});

describe("benchMarkdown", () => {
  it("names the layer on each line", () => {
    expect(benchMarkdown(result)).toContain("| ic8_ih14_oc16_kh1 | 3 | cpu:js | 12.00 |");
  });
});
