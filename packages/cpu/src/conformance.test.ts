/**
 * Every kernel set against the float64 reference and against PyTorch. The relaxed build runs on the engines that have
 * relaxed SIMD; Node 20 has it behind a flag, which is set here so that no supported Node leaves the build untested.
 */

import { checkProblem, type ConformanceReport, runConformance, type SuiteName } from "@convene/conformance";
import { type Backend, parseProblem } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { describe, expect, it } from "vitest";
import { cpuImplementation } from "./backend.js";
import { cpu, type Simd } from "./index.js";
import type { Registers } from "./tiles.js";
import { loadWasmKernels } from "./wasm.js";

/** Each build with each engine's tiles, whichever of them this engine would choose. */
const wasm = (simd: Simd, registers: Registers) => async (): Promise<Backend> =>
  defineBackend(cpuImplementation(await loadWasmKernels({ simd, registers }, 2 ** 30), { maxMemory: 2 ** 30 }));

const KERNEL_SETS: readonly (readonly [device: string, wide: string, make: () => Promise<Backend>])[] = [
  ["wasm simd128, 1 thread", "igemm-4x8", wasm("simd128", "few")],
  ["wasm relaxed simd, 1 thread", "igemm-4x8", wasm("relaxed", "few")],
  ["wasm relaxed simd, 1 thread", "igemm-6x8", wasm("relaxed", "many")],
  ["wasm relaxed simd, 1 thread", "igemm-6x16", wasm("relaxed", "wide")],
  ["plain JavaScript, 1 thread", "igemm-2x4", () => cpu({ kernels: "js" })],
];

/** Dilations of 2 to 6, also along one axis; phases of 2 to 9 outputs, whole and ragged tiles, every mode of padding, groups, batches. */
const DILATED = [
  "ic16_ih16_oc16_kh3_ph5_dh5",
  "ic24_ih13_iw11_oc20_kh3_ph2_dh2_residual_relu",
  "ic16_ih9_iw14_oc24_kh3_kw3_dh1_dw3_ph1_pw3",
  "ic17_ih19_iw8_oc16_kh3_dh6_dw2_ph6_pw2",
  "ic16_ih4_oc16_kh3_ph2_dh2",
  "ic16_ih12_oc16_kh3_dh3_nobias",
  "ic16_ih10_iw9_oc16_kh3_ph2_dh2_reflect",
  "ic16_ih10_iw9_oc16_kh3_ph3_dh3_replicate_residual",
  "ic16_ih8_iw12_oc18_kh3_ph4_dh4_circular",
  "n3_g2_ic32_ih7_iw11_oc32_kh3_pt1_pl3_pb3_pr2_dh2_clamp-20:20",
];

/** Beside those that are always there, which find every faulty backend of the suite's own tests. More where CONVENE_LONG is set. */
const RANDOM_PROBLEMS = process.env["CONVENE_LONG"] === undefined ? 100 : 400;

describe.each(KERNEL_SETS)("%s, %s", (device, wide, make) => {
  const run = async (suite: SuiteName, accuracy: "fast" | "strict" = "fast"): Promise<ConformanceReport> => {
    const report = await runConformance(make, {
      suites: [suite],
      accuracy,
      seed: 20_26,
      randomProblems: RANDOM_PROBLEMS,
    });
    expect(report.device).toBe(device);
    return report;
  };
  const failures = (report: ConformanceReport): readonly string[] =>
    report.results.filter(({ status }) => status === "failed").map(({ name, message }) => `${name}: ${message}`);

  it("is exact on random integer problems and the corners", async () => {
    // Direct plans, which must be exact; "fast" would transform some of these, and those the next test holds to their rule.
    const report = await run("exact", "strict");
    expect(failures(report)).toEqual([]);
    expect(report.results.length).toBeGreaterThan(RANDOM_PROBLEMS);
    expect(report.results.map(({ algorithm }) => algorithm)).toContain(wide);
    expect(report.counts.untrusted).toBeLessThan(report.results.length / 100);
  });

  it("transforms dilated kernels, phase by phase, and stays within rule 3", async () => {
    const backend = await make();
    for (const text of DILATED) {
      const problem = parseProblem(text);
      for (const kind of ["integer", "real"] as const) {
        const { status, message, algorithm } = await checkProblem(backend, problem, kind);
        expect({ text, status, message }).toEqual({ text, status: "passed", message: undefined });
        expect(algorithm).toMatch(device.startsWith("wasm") ? /^winograd-[24]x[24]$/ : /^igemm/);
      }
    }
    // A dilation far larger than the image: the number of phases must not count.
    const huge = await checkProblem(backend, parseProblem("ic16_ih5_oc16_kh3_dh1000000_dw1_ph1000000_pw1"), "integer");
    expect(huge).toMatchObject({ status: "passed", algorithm: expect.stringMatching(/^igemm/) as string });
    // With one output in most phases, as many outputs would be computed in vain.
    const sparse = await checkProblem(backend, parseProblem("ic16_ih5_oc16_kh3_ph4_dh4"), "integer");
    expect(sparse).toMatchObject({ status: "passed", algorithm: expect.stringMatching(/^igemm/) as string });
    await backend.dispose();
  });

  it("stays within the bound on random real problems and the corners", async () => {
    const report = await run("bounded");
    expect(failures(report)).toEqual([]);
    expect(report.worstRatio).toBeLessThanOrEqual(1);
    // A ratio of zero everywhere would mean that nothing was compared.
    expect(report.worstRatio).toBeGreaterThan(0);
  });

  it("agrees with every PyTorch golden", async () => {
    const report = await run("goldens");
    expect(failures(report)).toEqual([]);
    expect(report.counts.skipped).toBe(0);
    expect(report.results.length).toBeGreaterThan(300);
  });
});

/** The kernels of operations are the same for all tiles of a build. */
const BUILDS = [KERNEL_SETS[0]!, KERNEL_SETS[2]!, KERNEL_SETS.at(-1)!];

describe.each(BUILDS)("%s, %s", (_device, _wide, make) => {
  it("has every kind of operation beside convolution, each within its rule", async () => {
    const { results, counts } = await runConformance(make, { suites: ["operations"], noSkips: true });
    expect(
      results.filter(({ status }) => status !== "passed").map(({ name, message }) => `${name}: ${message}`),
    ).toEqual([]);
    expect(counts.passed).toBeGreaterThan(400);
  });
});

/** What the other suites ask about is the same code for every build and tile. */
const ONCE = [KERNEL_SETS[2]!, KERNEL_SETS.at(-1)!];

describe.each(ONCE)("%s, %s", (device, _wide, make) => {
  // Under "strict" nothing is transformed, and all else is as it was: once more where it matters that nothing is. Plain JavaScript
  // transforms nothing under "fast" either.
  const transforms = !device.startsWith("plain JavaScript");
  it.each([
    ["networks", ["fast", "strict"]],
    ["lifecycle", ["fast"]],
    ["errors", ["fast"]],
    ["non-finite", ["fast", "strict"]],
    ["manifest", ["fast", "strict"]],
  ] as const)("passes %s", async (suite, accuracies) => {
    for (const accuracy of accuracies.slice(0, transforms ? 2 : 1)) {
      const { results, counts } = await runConformance(make, { suites: [suite], accuracy, seed: 20_26 });
      expect(
        results.filter(({ status }) => status === "failed").map(({ name, message }) => `${name}: ${message}`),
      ).toEqual([]);
      expect(counts.passed).toBeGreaterThan(0);
      expect(counts.skipped).toBe(0);
    }
  });
});
