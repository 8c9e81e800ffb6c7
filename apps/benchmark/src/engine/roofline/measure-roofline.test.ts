import { describe, expect, it } from "vitest";
import { measureRoofline } from "./measure-roofline.js";
import { type ArithmeticProbe, type LoadProbe, loadProbes } from "./probe-kernels.js";
import { peakRate } from "./roofline.js";

/** Probes with given times, on a simulated clock. */
function machine() {
  let time = 0;
  const run = (work: number, rate: number) => (count: number) => {
    time += (count * work) / (rate * 1e6);
  };
  const arithmetic = (
    operations: "apart" | "fused",
    accumulators: number,
    pairs: boolean,
    gflops: number,
  ): ArithmeticProbe => ({ operations, accumulators, pairs, work: 1000, run: run(1000, gflops) });
  const load = (level: string, bytes: number, rate: number): LoadProbe => ({
    level,
    bytes,
    work: bytes,
    run: run(bytes, rate),
  });
  return { arithmetic, load, options: { pause: async () => undefined, now: () => time } };
}

describe("measureRoofline", () => {
  it("takes the best of the forms, and the bandwidth of each buffer", async () => {
    const { arithmetic, load, options } = machine();
    const roofline = await measureRoofline(
      {
        arithmetic: [
          arithmetic("apart", 12, false, 20),
          arithmetic("apart", 24, false, 15),
          arithmetic("fused", 12, false, 40),
          arithmetic("fused", 24, false, 30),
          arithmetic("fused", 24, true, 42),
        ],
        loads: [load("L1", 1000, 90), load("memory", 1e8, 9)],
      },
      options,
    );
    expect(roofline.peaks.simd128).toMatchObject({ operations: "fused", accumulators: 12 });
    expect(roofline.peaks.simd128.gflops).toBeCloseTo(40, 6);
    // The pairs are as fast as 128 bits, within the error of the measurement.
    expect(roofline.peaks).not.toHaveProperty("simd256");
    expect(roofline.loads.map(({ level, bytes }) => [level, bytes])).toEqual([
      ["L1", 1000],
      ["memory", 1e8],
    ]);
    expect(roofline.loads[0]!.gigabytesPerSecond).toBeCloseTo(90, 6);
    expect(roofline.loads[1]!.gigabytesPerSecond).toBeCloseTo(9, 6);
  });

  it("has 256 bits if pairs are faster than 128 bits can be", async () => {
    const { arithmetic, options } = machine();
    const { peaks } = await measureRoofline(
      { arithmetic: [arithmetic("fused", 12, false, 40), arithmetic("apart", 24, true, 70)], loads: [] },
      options,
    );
    expect(peaks.simd128.gflops).toBeCloseTo(40, 6);
    expect(peaks.simd256).toMatchObject({ operations: "apart", accumulators: 24 });
    expect(peaks.simd256!.gflops).toBeCloseTo(70, 6);
  });

  it("does not count samples from before the engine compiled the hot code", async () => {
    const { load, options } = machine();
    const [slow, fast] = [load("L1", 1000, 5), load("L1", 1000, 50)];
    let calls = 0;
    const warming: LoadProbe = { ...fast, run: (count) => (calls++ < 15 ? slow : fast).run(count) };
    const { arithmetic } = machine();
    const { loads } = await measureRoofline(
      { arithmetic: [{ ...arithmetic("apart", 12, false, 1), run: fast.run }], loads: [warming] },
      options,
    );
    expect(loads[0]!.gigabytesPerSecond).toBeCloseTo(50, 6);
  });

  it("stops before a probe if pause throws", async () => {
    const { arithmetic, load, options } = machine();
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 2) throw new Error("stop");
    };
    const work = measureRoofline(
      { arithmetic: [arithmetic("apart", 12, false, 1)], loads: [load("L1", 1000, 1)] },
      { ...options, pause },
    );
    await expect(work).rejects.toThrow("stop");
    expect(pauses).toBe(2);
  });
});

describe("the kernels of the roofline", () => {
  it("give figures that a machine can have", async () => {
    const roofline = await measureRoofline(await loadProbes(), { pause: async () => undefined, budget: 20 });
    expect(peakRate(roofline)).toBeGreaterThan(1);
    // If an optimizer removed the work of a kernel, the kernel would be faster than any machine.
    expect(peakRate(roofline)).toBeLessThan(1000);
    expect(roofline.loads.map(({ level }) => level)).toEqual(["L1", "L2", "1 MiB", "4 MiB", "16 MiB", "memory"]);
    const rates = [
      ...Object.values(roofline.peaks).map(({ gflops }) => gflops),
      ...roofline.loads.map(({ gigabytesPerSecond }) => gigabytesPerSecond),
    ];
    for (const rate of rates) {
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(10_000);
    }
  });
});
