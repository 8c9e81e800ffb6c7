/** Tests of every package, run from source: nothing has to be built for them, only generated. */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

const SOURCE = "convene-source";

// Before anything asks for WebGPU: the driver in software that Chromium brings, unless another one was named.
const SOFTWARE_DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (process.env["VK_DRIVER_FILES"] === undefined && existsSync(SOFTWARE_DRIVER)) {
  process.env["VK_DRIVER_FILES"] = SOFTWARE_DRIVER;
}

/** Where no file changes what another finds: they share a process and what they import, which is half a second less for each. */
const SHARED = [
  "packages/*/src/**/*.test.ts",
  "apps/*/src/**/*.test.ts",
  "examples/*/*.test.ts",
  "tooling/**/*.test.ts",
];
/** Files that need relaxed SIMD, which is behind a flag in Node 20. They share processes and what the reference has computed. */
const RELAXED = [
  "packages/cpu/src/{conformance,kernel-set,wasm-copies}.test.ts",
  "packages/cpu/src/operations/*.test.ts",
  "packages/worker-threads/src/conformance.test.ts",
];
const RELAXED_FLAGS = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];
/** Files that set V8's flags, look at memory, or take devices or threads: each has a process of its own. */
const OWN = [
  "packages/cpu/src/{address-space,cpu,disposed-memories,forbidden,given-module,many,wasm,wasm-memory,wide}.test.ts",
  "packages/worker-threads/src/{bits,faults,process,races,shared-memory,soak,worker-threads}.test.ts",
  "packages/gpu/src/{gpu,gpu-js-gaps,ragged-groups}.test.ts",
  "packages/gpu/src/engines/{host,navigator-gpu,webgpu}.test.ts",
  "packages/gpu/src/operations/{activation,operations}.test.ts",
  "apps/*/src/**/*-on-gpu.test.ts",
];

export default defineConfig({
  // Both: which of the two vitest asks depends on whether a file is transformed or handed to Node.
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  test: {
    projects: [
      { extends: true, test: { name: "own", include: OWN } },
      {
        extends: true,
        test: {
          name: "relaxed",
          include: RELAXED,
          isolate: false,
          execArgv: RELAXED_FLAGS,
        },
      },
      {
        extends: true,
        test: {
          name: "shared",
          include: SHARED,
          exclude: [...configDefaults.exclude, ...OWN, ...RELAXED],
          isolate: false,
        },
      },
    ],
    environment: "node",
    // No test asserts how long something takes; this only ends what hangs, on a machine that may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // On two cores vitest would leave one to itself, which has little to do.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // `.ci/run` takes its last line from the JSON report.
    reporters: ["default", "json"],
    outputFile: { json: ".cache/vitest.json" },
    // `.only` left in a file would make the counts a lie.
    allowOnly: false,
  },
});
