import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { layerReport, totals } from "./results.js";

/** A problem with 1000 multiply-accumulates. */
const problem = parseProblem("ic10_ih10_oc1_kh1");
const layer = { text: "ic10_ih10_oc1_kh1", problem, names: ["one", "two"], repeat: 2 };
const figures = (backend: string, samples: readonly number[]) => ({
  backend,
  algorithm: "direct",
  samples,
  runsPerSample: 1,
});

describe("layerReport", () => {
  it("counts two operations for each multiply-accumulate", () => {
    const result = layerReport(layer, { figures: [figures("a", [0.001])], failures: [] }, { baseline: "a" });
    expect(result.macs).toBe(1000);
    expect(result.figures[0]!.gflops).toBeCloseTo(2, 9);
  });

  it("takes ratios within a round, so that a common drift does not matter", () => {
    const result = layerReport(
      layer,
      { figures: [figures("a", [1, 10, 100]), figures("b", [2, 20, 200])], failures: [] },
      { baseline: "a" },
    );
    expect(result.figures.map(({ ratio }) => ratio?.value)).toEqual([1, 2]);
  });

  it("has no ratio if the baseline failed", () => {
    const result = layerReport(
      layer,
      { figures: [figures("b", [2])], failures: [{ backend: "a", kind: "threw" as const, message: "no" }] },
      { baseline: "a" },
    );
    expect(result.figures[0]!.ratio).toBeUndefined();
  });
});

describe("totals", () => {
  it("sums medians times repeats", () => {
    const result = layerReport(
      layer,
      { figures: [figures("a", [1, 2, 3]), figures("b", [4, 4, 4])], failures: [] },
      { baseline: "a" },
    );
    const [a, b] = totals([result, result], ["a", "b"]);
    expect(a).toMatchObject({ backend: "a", layers: 2, sum: { milliseconds: 8, ratio: { value: 1 } } });
    expect(b).toMatchObject({ backend: "b", layers: 2, sum: { milliseconds: 16, ratio: { value: 2 } } });
  });

  it("has no sum for a backend that lacks a layer, and means over the other layers", () => {
    const failures = [{ backend: "b", kind: "unsupported" as const, message: "no" }];
    const whole = layerReport(
      layer,
      { figures: [figures("a", [1]), figures("b", [3])], failures: [] },
      { baseline: "a" },
    );
    const half = layerReport(layer, { figures: [figures("a", [1])], failures }, { baseline: "a" });
    const [a, b] = totals([whole, half], ["a", "b"]);
    expect(a).toMatchObject({ layers: 2, sum: { milliseconds: 4, ratio: { value: 1 } } });
    expect(b!.layers).toBe(1);
    expect(b).not.toHaveProperty("sum");
    expect(b!.geometricMeanRatio).toBeCloseTo(3, 12);
  });

  it("has no ratios if the baseline lacks a layer of the other backend", () => {
    const failures = [{ backend: "a", kind: "threw" as const, message: "no" }];
    const whole = layerReport(
      layer,
      { figures: [figures("a", [1]), figures("b", [1])], failures: [] },
      { baseline: "a" },
    );
    const half = layerReport(layer, { figures: [figures("b", [1])], failures }, { baseline: "a" });
    const [, b] = totals([whole, half], ["a", "b"]);
    expect(b!.sum).not.toHaveProperty("ratio");
    expect(b).not.toHaveProperty("geometricMeanRatio");
  });

  it("gives the sum's ratio an interval, from sums of the same round", () => {
    const slow = [1, 1.1, 1, 1.2, 1, 1];
    const result = layerReport(
      layer,
      {
        figures: [
          figures("a", slow),
          figures(
            "b",
            slow.map((time) => 2 * time),
          ),
        ],
        failures: [],
      },
      { baseline: "a" },
    );
    const [, b] = totals([result, result], ["a", "b"]);
    expect(b!.sum!.ratio).toEqual({ value: 2, interval: { low: 2, high: 2 } });
  });

  it("leaves out a backend without figures", () => {
    const result = layerReport(layer, { figures: [figures("a", [1])], failures: [] }, { baseline: "a" });
    expect(totals([result], ["a", "b"])).toHaveLength(1);
  });
});
