/**
 * Runs a suite on one backend, and prints the findings of the diagnosis as JSON. It is a separate process, in a copy of the workspace.
 *
 *     node --import tsx -C convene-source diagnose-planted.ts <backend> <suite>
 */

import process from "node:process";
import { pathToFileURL } from "node:url";
import type { diagnoseBackend as DiagnoseBackend } from "../../packages/conformance/src/testing/diagnose-fault.js";
import { join } from "node:path";

type Factory = () => Promise<never>;
const load = async (path: string): Promise<Record<string, (options?: object) => Promise<never>>> =>
  await import(pathToFileURL(join(process.cwd(), path)).href);

const BACKENDS: Readonly<Record<string, () => Promise<Factory>>> = {
  // Only one build is used, because only one is compiled.
  cpu: async () => {
    const { cpu } = await load("packages/cpu/src/index.ts");
    return () => cpu!({ simd: "simd128" });
  },
  "cpu-js": async () => {
    const { cpu } = await load("packages/cpu/src/index.ts");
    return () => cpu!({ kernels: "js" });
  },
  // The kernels of WebGPU, which gpu.js runs without a graphics processor.
  gpu: async () => {
    const { gpu } = await load("packages/gpu/src/index.ts");
    return () => gpu!({ mode: "cpu" });
  },
};

const [, , backend = "", suite = ""] = process.argv;
const { diagnoseBackend } = (await import(
  pathToFileURL(join(process.cwd(), "packages/conformance/src/testing/diagnose-fault.ts")).href
)) as { readonly diagnoseBackend: typeof DiagnoseBackend };
const told = await diagnoseBackend(await BACKENDS[backend]!(), [suite as "exact"]);
process.stdout.write(JSON.stringify(told));
process.exit(0);
