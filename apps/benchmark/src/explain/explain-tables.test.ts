import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { resolveTargets } from "../workloads/index.js";
import { costTable, separationTable } from "./explain-tables.js";
import { explainWorkload } from "./explain-workload.js";

const plain = picocolors.createColors(false);
const explanation = explainWorkload(resolveTargets(["mobilenet-v2"])[0]!);

describe("explain's tables", () => {
  it.each([80, 100])("fit in %i columns", (width) => {
    for (const lines of [
      costTable(explanation, plain, width),
      separationTable(explanation.separations, plain, width),
    ]) {
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it("keep what matters most", () => {
    expect(costTable(explanation, plain, 80)[0]).toMatch(/^layer +x +MACs +parameters/);
    expect(separationTable(explanation.separations, plain, 80)[0]).toMatch(/standard +pair +share$/);
  });

  it("end in the total", () => {
    expect(costTable(explanation, plain, undefined).at(-1)).toMatch(/^all layers +54 +300,836,992 /);
  });
});
