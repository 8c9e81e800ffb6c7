import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { layerReport, networkReport, totals } from "../measure/results.js";
import { applyRoofline } from "./apply-roofline.js";
import type { Roofline } from "./roofline.js";

const roofline: Roofline = {
  peaks: { simd128: { operations: "fused", accumulators: 12, gflops: 2 } },
  loads: [
    { level: "L1", bytes: 16384, gigabytesPerSecond: 100 },
    { level: "memory", bytes: 67108864, gigabytesPerSecond: 0.01 },
  ],
};

/** Figures with these milliseconds, by backend. */
function times(of: Readonly<Record<string, number>>) {
  return {
    figures: Object.entries(of).map(([backend, time]) => ({
      backend,
      algorithm: "direct",
      samples: [time, time, time],
      runsPerSample: 1,
    })),
    failures: [],
  };
}

/** A layer that occurs 3 times. */
function layer(text: string, of: Readonly<Record<string, number>>) {
  return layerReport({ text, problem: parseProblem(text), names: [text], repeat: 3 }, times(of), { baseline: "one" });
}

// 100 outputs with 10 multiply-accumulates each are 2,000 operations. At 2e6 operations a millisecond they take 0.001 ms.
const bound = layer("ic10_ih10_oc1_kh1", { one: 0.002, four: 0.0005, gpu: 0.001 });
// 100 channels to 100 channels on 1 pixel are 20,000 operations, which take 0.01 ms. 4 (100 + 10,100 + 100) bytes at 0.01e6 bytes a ms take 4.12 ms.
const loaded = layer("ic100_ih1_oc100_kh1", { one: 8.24, four: 4.12, gpu: 1 });
const names = ["one", "four", "gpu"];
const result = {
  name: "test",
  about: "two layers",
  complete: true,
  layers: [bound, loaded],
  totals: totals([bound, loaded], names),
  network: networkReport(times({ one: 24.726, four: 12.363, gpu: 5 }), 33_000, { baseline: "one" }),
};
const threads = new Map([
  ["one", 1],
  ["four", 4],
]);
const applied = applyRoofline(result, roofline, threads);
const sharesOf = (figures: readonly { readonly share?: number }[]) => figures.map(({ share }) => share);

describe("applyRoofline", () => {
  it("gives each layer its least time, and each backend its share of this time", () => {
    const [arithmetic, loads] = applied.layers;
    expect(arithmetic!.allowed).toMatchObject({ bound: "arithmetic", level: "L1" });
    expect(arithmetic!.allowed!.milliseconds).toBeCloseTo(0.001, 12);
    expect(loads!.allowed).toMatchObject({ bound: "loads", level: "memory" });
    expect(loads!.allowed!.milliseconds).toBeCloseTo(4.12, 12);
    expect(arithmetic!.figures[0]!.share).toBeCloseTo(0.5, 9);
    expect(loads!.figures[0]!.share).toBeCloseTo(0.5, 9);
  });

  it("allows four threads a quarter of the time", () => {
    expect(applied.layers[0]!.figures[1]!.share).toBeCloseTo(0.5, 9);
    expect(applied.layers[1]!.figures[1]!.share).toBeCloseTo(0.25, 9);
  });

  it("gives no share to a backend that does not say how many threads it has", () => {
    for (const figures of [applied.layers[0]!.figures, applied.layers[1]!.figures, applied.network!.figures])
      expect(figures[2]).not.toHaveProperty("share");
    expect(applied.totals[2]!.sum).not.toHaveProperty("share");
  });

  it("sums over the layers and their repeats, for the sum and for the network", () => {
    // 3 * 0.001 + 3 * 4.12 = 12.363
    expect(applied.network!.allowed!.milliseconds).toBeCloseTo(12.363, 9);
    expect(sharesOf(applied.network!.figures)[0]).toBeCloseTo(0.5, 9);
    expect(sharesOf(applied.network!.figures)[1]).toBeCloseTo(0.25, 9);
    // Measured: 3 * (0.002 + 8.24) = 24.726
    expect(applied.totals[0]!.sum!.share).toBeCloseTo(0.5, 9);
  });

  it("leaves everything else as it was", () => {
    expect(applied).toMatchObject(JSON.parse(JSON.stringify(result)));
  });
});
