/** The whole suite, nothing skipped, with as many threads as cores, fewer, and more. */

import { setFlagsFromString } from "node:v8";
import { runConformance } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { workerThreads, type WorkerThreadsOptions } from "./index.js";

// Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const CASES: readonly (readonly [device: string, options: WorkerThreadsOptions])[] = [
  ["wasm simd128, 1 thread", { threads: 1, simd: "simd128" }],
  ["wasm simd128, 2 threads", { threads: 2, simd: "simd128" }],
  ["wasm relaxed simd, 3 threads", { threads: 3, simd: "relaxed" }],
  ["wasm simd128, 7 threads", { threads: 7, simd: "simd128" }],
];

describe.each(CASES)("%s", (device, options) => {
  it.each(["strict", "fast"] as const)("passes every suite, %s", { timeout: 600_000 }, async (accuracy) => {
    const report = await runConformance(() => workerThreads(options), { accuracy, noSkips: true });
    expect(report.device).toBe(device);
    expect(
      report.results.filter(({ status }) => status === "failed").map(({ name, message }) => `${name}: ${message}`),
    ).toEqual([]);
    expect(report.counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
    expect(report.counts.passed).toBeGreaterThan(1400);
  });
});
