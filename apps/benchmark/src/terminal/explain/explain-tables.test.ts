import { createColors } from "@convene/conformance/terminal";
import { describe, expect, it } from "vitest";
import { resolveTargets } from "../workloads/resolve-targets.js";
import { costTable, groupingTable, separationTable } from "./explain-tables.js";
import { explainWorkload } from "./explain-workload.js";

const plain = createColors(false);
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

  it("fit in 80 columns even if a problem's string is long", () => {
    const text = "n2_g32_ic1024_ih128_iw256_oc1024_kh3_kw5_sh2_sw3_ph1_pw2_residual_relu6";
    const long = explainWorkload(resolveTargets([text])[0]!);
    for (const lines of [costTable(long, plain, 80), groupingTable(long.groupings, plain, 80)]) {
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(lines).toContain(text);
    }
  });

  it("end after 1,000 layers", () => {
    const [layer] = explanation.layers;
    const many = { ...explanation, layers: Array.from({ length: 50_000 }, () => layer!) };
    const lines = costTable(many, plain, undefined);
    expect(lines.length).toBeLessThan(1010);
    expect(lines.at(-1)).toBe("and 49,000 more; --json <file> has them all");
  });

  it("keep the most important columns", () => {
    expect(costTable(explanation, plain, 80)[0]).toMatch(/^layer +x +MACs +parameters/);
    expect(separationTable(explanation.separations, plain, 80)[0]).toMatch(/standard +pair +share$/);
  });

  it("end in the total", () => {
    expect(costTable(explanation, plain, undefined).at(-1)).toMatch(/^all layers +54 +300,836,992 /);
  });
});
