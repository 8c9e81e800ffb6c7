import { describe, expect, it } from "vitest";
import type { CompareReport, Figure } from "./compare-report.js";
import { compareReports } from "./compare-reports.js";
import { summarize } from "./statistics.js";

const figure = (backend: string, samples: readonly number[]): Figure => ({
  backend,
  samples,
  runsPerSample: 1,
  gflops: 1,
  ...summarize(samples),
});
const report = (figures: readonly Figure[]): CompareReport => ({
  format: "convene-comparison",
  version: 1,
  environment: { convene: "1", runtime: "x", platform: "x", threads: 1, clockStep: 0, date: "" },
  backends: [],
  unavailable: [],
  timePerLayer: 1,
  verification: { state: "done", verdicts: [], agreement: [] },
  workloads: [
    {
      name: "w",
      about: "",
      convolutions: 1,
      distinctLayers: 1,
      batches: [1],
      complete: true,
      layers: [{ problem: "p", names: [], repeat: 1, macs: 1, bytes: 1, figures, failures: [] }],
      totals: [],
    },
  ],
  failures: [],
  warnings: [],
  outcome: "complete",
});
const around = (time: number) => [0.99, 1, 1.01, 1, 0.99, 1.01, 1, 1].map((factor) => factor * time);

describe("compareReports", () => {
  it("says slower, faster or equal, with intervals, and lists missing figures", () => {
    const before = report([figure("a", around(1)), figure("b", around(1)), figure("c", around(1)), figure("d", [1])]);
    const after = report([figure("a", around(2)), figure("b", around(0.5)), figure("c", around(1)), figure("e", [1])]);
    const { changes, missing, added } = compareReports(before, after);
    expect(changes.map(({ backend, word }) => [backend, word])).toEqual([
      ["a", "slower"],
      ["b", "faster"],
      ["c", "equal"],
    ]);
    expect(changes[0]!.ratio.value).toBeCloseTo(2, 9);
    expect(changes[0]!.ratio.interval!.low).toBeGreaterThan(1.9);
    expect(missing).toEqual(["w, p, d"]);
    expect(added).toEqual(["w, p, e"]);
  });

  it("draws no conclusion from too few samples", () => {
    const { changes } = compareReports(report([figure("a", [1, 1])]), report([figure("a", [2, 2])]));
    expect(changes[0]).toMatchObject({ word: "unknown", ratio: { value: 2 } });
  });
});
