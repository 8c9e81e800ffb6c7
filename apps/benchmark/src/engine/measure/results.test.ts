import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { layerResult, totals } from "./results.js";

/** 1000 multiply-accumulates. */
const problem = parseProblem("ic10_ih10_oc1_kh1");
const layer = { text: "ic10_ih10_oc1_kh1", problem, names: ["one", "two"], repeat: 2 };
const figures = (backend: string, samples: readonly number[]) => ({
  backend,
  algorithm: "direct",
  samples,
  runsPerSample: 1,
});

describe("layerResult", () => {
  it("counts two operations for each multiply-accumulate", () => {
    const result = layerResult(layer, { figures: [figures("a", [0.001])], failures: [] }, "a");
    expect(result.macs).toBe(1000);
    expect(result.figures[0]!.gflops).toBeCloseTo(2, 9);
  });

  it("takes ratios within a round, so that a drift of both does not matter", () => {
    const result = layerResult(
      layer,
      { figures: [figures("a", [1, 10, 100]), figures("b", [2, 20, 200])], failures: [] },
      "a",
    );
    expect(result.figures.map(({ ratio }) => ratio)).toEqual([1, 2]);
  });

  it("has no ratio where the baseline failed", () => {
    const result = layerResult(
      layer,
      { figures: [figures("b", [2])], failures: [{ backend: "a", message: "no", unsupported: false }] },
      "a",
    );
    expect(result.figures[0]!.ratio).toBeUndefined();
  });
});

describe("totals", () => {
  it("sums medians times repeats", () => {
    const result = layerResult(
      layer,
      { figures: [figures("a", [1, 2, 3]), figures("b", [4, 4, 4])], failures: [] },
      "a",
    );
    const [a, b] = totals([result, result], ["a", "b"]);
    expect(a).toMatchObject({ backend: "a", layers: 2, sum: { milliseconds: 8, ratio: 1 } });
    expect(b).toMatchObject({ backend: "b", layers: 2, sum: { milliseconds: 16, ratio: 2 } });
  });

  it("has no sum for a backend that lacks a layer, and means over those that it has", () => {
    const failures = [{ backend: "b", message: "no", unsupported: true }];
    const whole = layerResult(layer, { figures: [figures("a", [1]), figures("b", [3])], failures: [] }, "a");
    const half = layerResult(layer, { figures: [figures("a", [1])], failures }, "a");
    const [a, b] = totals([whole, half], ["a", "b"]);
    expect(a).toMatchObject({ layers: 2, sum: { milliseconds: 4, ratio: 1 } });
    expect(b).toMatchObject({ layers: 1, sum: undefined });
    expect(b!.geometricMeanRatio).toBeCloseTo(3, 12);
  });

  it("has no ratios where the baseline lacks a layer that the other has", () => {
    const failures = [{ backend: "a", message: "no", unsupported: false }];
    const whole = layerResult(layer, { figures: [figures("a", [1]), figures("b", [1])], failures: [] }, "a");
    const half = layerResult(layer, { figures: [figures("b", [1])], failures }, "a");
    const [, b] = totals([whole, half], ["a", "b"]);
    expect(b).toMatchObject({ sum: { ratio: undefined }, geometricMeanRatio: undefined });
  });

  it("leaves out a backend that has nothing", () => {
    const result = layerResult(layer, { figures: [figures("a", [1])], failures: [] }, "a");
    expect(totals([result], ["a", "b"])).toHaveLength(1);
  });
});
