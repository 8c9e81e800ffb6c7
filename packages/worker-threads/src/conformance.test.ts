/**
 * The suite on as many threads as cores, on fewer and on more, with nothing skipped. bits.test.ts shows that the bits are the bits of
 * `cpu`, whose own tests hold every kernel to the reference. `pnpm engines` and `pnpm browser` run all suites on two threads. So this file
 * runs the quick selection of the suites about order, memory and lifetimes. This selection catches all faulty backends that concern a
 * queue or memory.
 */

import { runConformance, type SuiteName } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { workerThreads, type WorkerThreadsOptions } from "./index.js";

type Case = readonly [
  device: string,
  accuracy: "fast" | "strict",
  options: WorkerThreadsOptions,
  suites: readonly SuiteName[],
];
const ORDER = ["networks", "lifecycle", "manifest"] as const;
/** What may depend on how many threads there are, and has no network of cpu's bits in bits.test.ts. */
const LIFE = ["lifecycle", "manifest"] as const;

const CASES: readonly Case[] = [
  ["wasm simd128, 2 threads", "fast", { threads: 2, simd: "simd128" }, ORDER],
  ["wasm relaxed simd, 3 threads", "strict", { threads: 3, simd: "relaxed" }, LIFE],
  ["wasm simd128, 1 thread", "fast", { threads: 1, simd: "simd128" }, LIFE],
  ["wasm simd128, 7 threads", "fast", { threads: 7, simd: "simd128" }, LIFE],
  ["wasm simd128, 2 threads with the caller's", "fast", { threads: 2, caller: "joins", simd: "simd128" }, ORDER],
  ["wasm simd128, 1 thread with the caller's", "fast", { threads: 1, caller: "joins", simd: "simd128" }, LIFE],
];

describe.each(CASES)("%s, %s", (device, accuracy, options, suites) => {
  it("passes", { timeout: 600_000 }, async () => {
    const report = await runConformance(() => workerThreads(options), {
      accuracy,
      suites,
      noSkips: true,
      selection: "quick",
    });
    expect(report.device).toBe(device);
    expect(
      report.results.filter(({ status }) => status === "failed").map(({ name, message }) => `${name}: ${message}`),
    ).toEqual([]);
    expect(report.counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
    expect(report.counts.passed).toBeGreaterThan(50);
  });
});
