import { createColors } from "@convene/conformance/terminal";
import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { applyRoofline } from "../../engine/roofline/apply-roofline.js";
import { benchMarkdown, benchTable } from "./bench-table.js";
import { layerReport, totals } from "../../engine/measure/results.js";

const plain = createColors(false);
const layers = ["ic8_ih14_oc16_kh1", "g8_ic8_ih14_oc8_kh3_ph1"].map((text) =>
  layerReport(
    { text, problem: parseProblem(text), names: [text], repeat: 3 },
    {
      figures: [
        { backend: "cpu", algorithm: "igemm", samples: [1, 1, 1, 1, 1, 1], runsPerSample: 4 },
        { backend: "cpu:js", algorithm: "direct", samples: [12, 12, 12, 12, 12, 12], runsPerSample: 1 },
      ],
      failures: [],
    },
    { baseline: "cpu" },
  ),
);
const result = { name: "test", about: "two layers", complete: true, layers, totals: totals(layers, ["cpu", "cpu:js"]) };

describe("benchTable", () => {
  it("has a line for each layer and backend, with the layer named once", () => {
    const lines = benchTable(result, plain, undefined);
    expect(lines[1]).toMatch(/^ic8_ih14_oc16_kh1 +3 +cpu +1\.000 +0 % +\d+\.\d +1\.00 +igemm$/);
    expect(lines[2]).toMatch(/^ +cpu:js +12\.00 +0 % +\d+\.\d +12\.00 +direct$/);
  });

  it("marks a time that is too noisy to use, and has an interval for each ratio", () => {
    const samples = [1, 1, 3, 1, 3, 1, 3, 1];
    const [one] = ["ic8_ih14_oc16_kh1"].map((text) =>
      layerReport(
        { text, problem: parseProblem(text), names: [text], repeat: 1 },
        {
          figures: [
            { backend: "a", samples: [1, 1, 1, 1, 1, 1, 1, 1], runsPerSample: 1 },
            { backend: "b", samples, runsPerSample: 1 },
          ],
          failures: [],
        },
        { baseline: "a" },
      ),
    );
    const lines = benchTable({ ...result, layers: [one!], totals: [] }, plain, undefined);
    expect(lines[1]).toMatch(/ a +1\.000 /);
    expect(lines[2]).toMatch(/ b +1\.000\? .* 1\.00 +1\.00 to 3\.00$/);
  });

  it("ends in the sum over all layers", () => {
    const lines = benchTable(result, plain, undefined);
    expect(lines.find((line) => line.startsWith("sum of 6 layers "))).toMatch(/cpu +6\.000 /);
  });

  it("marks a sum as incomplete after Ctrl-C", () => {
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

// 14 * 14 * 16 * 8 multiply-accumulates: 50,176 operations, 0.5 ms at 0.1e6 a millisecond. The other has 28,224.
const roofed = applyRoofline(
  result,
  {
    peaks: { simd128: { operations: "fused", accumulators: 12, gflops: 0.1 } },
    loads: [
      { level: "L1", bytes: 15_000, gigabytesPerSecond: 0.02 },
      { level: "L2", bytes: 262_144, gigabytesPerSecond: 0.05 },
    ],
  },
  new Map([["cpu", 1]]),
);

describe("benchTable with a roofline", () => {
  it("has a column of shares and a column of the layer's limit, but not for a backend with an unknown number of threads", () => {
    const lines = benchTable(roofed, plain, undefined);
    expect(lines[0]).toMatch(/ ratio +roofline +bound by +algorithm$/);
    expect(lines[1]).toMatch(/^ic8_ih14_oc16_kh1 +3 +cpu .* 1\.00 +50 % +arithmetic +igemm$/);
    expect(lines[2]).toMatch(/ cpu:js .* 12\.00 +arithmetic +direct$/);
    // 4 (1,568 + 80 + 1,568) bytes are 12,864: 0.6432 ms of 1 at 0.02e6 a millisecond, and 0.28 of arithmetic.
    expect(lines[3]).toMatch(/ cpu .* 64 % +loads, L1 +igemm$/);
    // 3 (0.50176 + 0.6432) of 6 milliseconds.
    expect(lines.find((line) => line.startsWith("sum of 6 layers "))).toMatch(/cpu +6\.000 .* 1\.00 +57 %$/);
  });

  it("has no such columns without one", () => {
    expect(benchTable(result, plain, undefined)[0]).not.toMatch(/roofline|bound/);
    expect(benchMarkdown(result)).not.toMatch(/roofline|bound/);
  });

  it("keeps within a narrow terminal", () => {
    expect(Math.max(...benchTable(roofed, plain, 80).map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("benchMarkdown", () => {
  it("has the columns of a roofline", () => {
    expect(benchMarkdown(roofed)).toMatch(
      /\| ratio \| roofline \| bound by \| algorithm \|\n.*\n\| ic8_.* \| 1\.00 \| 50 % \| arithmetic \| igemm \|/,
    );
  });

  it("names the layer on each line", () => {
    expect(benchMarkdown(result)).toContain("| ic8_ih14_oc16_kh1 | 3 | cpu:js | 12.00 |");
  });
});
