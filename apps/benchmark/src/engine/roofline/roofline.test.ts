import { parseProblem, problemCost } from "@convene/core";
import { describe, expect, it } from "vitest";
import { allowedTime, levelFor, peakRate, type Roofline, shareOf, threadsOf } from "./roofline.js";

const roofline: Roofline = {
  peaks: { simd128: { operations: "fused", accumulators: 12, gflops: 50 } },
  loads: [
    { level: "L1", bytes: 16384, gigabytesPerSecond: 100 },
    { level: "L2", bytes: 262144, gigabytesPerSecond: 40 },
    { level: "memory", bytes: 67108864, gigabytesPerSecond: 8 },
  ],
};
const wide: Roofline = {
  ...roofline,
  peaks: { ...roofline.peaks, simd256: { operations: "fused", accumulators: 24, gflops: 90 } },
};

describe("peakRate", () => {
  it("is the rate of 128 bits, or of 256 bits if that is better", () => {
    expect(peakRate(roofline)).toBe(50);
    expect(peakRate(wide)).toBe(90);
    expect(peakRate({ ...wide, peaks: { ...wide.peaks, simd256: { ...wide.peaks.simd256!, gflops: 40 } } })).toBe(50);
  });
});

describe("levelFor", () => {
  it.each([
    [1, "L1"],
    [16384, "L1"],
    [16385, "L2"],
    [262144, "L2"],
    [262145, "memory"],
    [67108865, "memory"],
  ])("%d bytes are held by %s", (bytes, level) => {
    expect(levelFor(bytes, roofline.loads).level).toBe(level);
  });
});

describe("allowedTime", () => {
  it("is the time of arithmetic if that takes longer", () => {
    // 2 * 1e6 operations at 50e6 a millisecond: 0.04. 8000 bytes of L1 at 100e6 a millisecond: 0.00008.
    const allowed = allowedTime({ macs: 1e6, bytesRead: 6000, bytesWritten: 2000 }, roofline);
    expect(allowed.arithmetic).toBeCloseTo(0.04, 12);
    expect(allowed.loads).toBeCloseTo(0.00008, 12);
    expect(allowed).toMatchObject({ milliseconds: allowed.arithmetic, bound: "arithmetic", level: "L1" });
  });

  it("is the time of loads if they take longer, at the bandwidth of the level that holds all operands together", () => {
    // 2 * 50e3 operations: 0.002 ms. 200,000 + 120,000 bytes are more than 262,144: memory, 8e6 a millisecond, 0.04 ms.
    const allowed = allowedTime({ macs: 50e3, bytesRead: 200e3, bytesWritten: 120e3 }, roofline);
    expect(allowed.arithmetic).toBeCloseTo(0.002, 12);
    expect(allowed.loads).toBeCloseTo(0.04, 12);
    expect(allowed).toMatchObject({ milliseconds: allowed.loads, bound: "loads", level: "memory" });
  });

  it("takes the cost of a problem from core", () => {
    // 86,400 multiply-accumulates: 0.003456 ms. 14,924 bytes read and 12,800 written: L2, 27,724 / 40e6 = 0.0006931 ms.
    const allowed = allowedTime(problemCost(parseProblem("ic3_ih7_oc128_kh3")), roofline);
    expect(allowed.milliseconds).toBeCloseTo(0.003456, 12);
    expect(allowed.loads).toBeCloseTo(0.0006931, 12);
    expect(allowed.level).toBe("L2");
  });

  it("uses 256 bits if there are any", () => {
    expect(allowedTime({ macs: 9e6, bytesRead: 4, bytesWritten: 4 }, wide).milliseconds).toBeCloseTo(0.2, 12);
  });
});

describe("threadsOf", () => {
  it.each([
    ["wasm relaxed simd, 1 thread", 1],
    ["wasm simd128, 12 threads", 12],
    ["WebGPU, SwiftShader", undefined],
    ["a worker on each core", undefined],
    ["0 threads", undefined],
  ])("%s: %s", (device, threads) => {
    expect(threadsOf(device)).toBe(threads);
  });
});

describe("shareOf", () => {
  it("is the time allowed over the time measured", () => {
    expect(shareOf(0.5, 2, 1)).toBe(0.25);
  });

  it("allows several threads their part of one thread's time", () => {
    expect(shareOf(0.5, 2, 4)).toBe(0.0625);
  });

  it("is unknown if the number of threads is unknown", () => {
    expect(shareOf(0.5, 2, undefined)).toBeUndefined();
  });
});
