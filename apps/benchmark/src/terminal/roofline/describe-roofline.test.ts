import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { layerReport } from "../../engine/measure/results.js";
import { applyRoofline } from "../../engine/roofline/apply-roofline.js";
import { describeRoofline, rooflineNotes } from "./describe-roofline.js";
import type { Roofline } from "../../engine/roofline/roofline.js";

const roofline: Roofline = {
  peaks: { simd128: { operations: "apart", accumulators: 12, gflops: 40 } },
  loads: [
    { level: "L1", bytes: 16384, gigabytesPerSecond: 80 },
    { level: "memory", bytes: 67108864, gigabytesPerSecond: 9.87 },
  ],
};

const text = "ic10_ih10_oc1_kh1";
const result = {
  name: "test",
  about: "one layer",
  complete: true,
  layers: [
    layerReport(
      { text, problem: parseProblem(text), names: [text], repeat: 1 },
      {
        figures: [
          { backend: "cpu", algorithm: "winograd-2x2", transformed: true, samples: [1], runsPerSample: 1 },
          { backend: "gpu", algorithm: "dense", samples: [1], runsPerSample: 1 },
        ],
        failures: [],
      },
      { baseline: "cpu" },
    ),
  ],
  totals: [],
};

describe("describeRoofline", () => {
  it("names the peak, its form, and the bandwidth of each level", () => {
    expect(describeRoofline(roofline)).toEqual([
      "roofline of one thread: 40.0 GFLOP/s with multiplications and additions on 12 accumulators of 128 bits",
      "loads of one thread, GB/s: L1 80.0, memory 9.9",
    ]);
  });

  it("names the peak of 256 bits if there is one", () => {
    const simd256 = { operations: "fused", accumulators: 24, gflops: 95 } as const;
    expect(describeRoofline({ ...roofline, peaks: { ...roofline.peaks, simd256 } })[0]).toMatch(
      / of 128 bits and 95\.0 GFLOP\/s with fused multiply-adds on 24 accumulators of 256 bits$/,
    );
  });
});

describe("rooflineNotes", () => {
  it("has no notes without a roofline", () => {
    expect(rooflineNotes(result)).toEqual([]);
  });

  it("explains the share, algorithms that can pass 100 %, and backends without a share", () => {
    const notes = rooflineNotes(applyRoofline(result, roofline, new Map([["cpu", 1]])));
    expect(notes).toEqual([
      expect.stringMatching(/^roofline: least time that the machine allows \/ time;/),
      expect.stringMatching(/^winograd-2x2: a transformed convolution .* can pass 100 %$/),
      expect.stringMatching(/^gpu: no share,/),
    ]);
  });

  it("has no notes about things that are not there", () => {
    const [layer] = result.layers;
    const { transformed: _, ...direct } = layer!.figures[0]!;
    const plain = { ...result, layers: [{ ...layer!, figures: [direct] }] };
    expect(rooflineNotes(applyRoofline(plain, roofline, new Map([["cpu", 1]])))).toHaveLength(1);
  });
});
