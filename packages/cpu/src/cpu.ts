/** The factory. */

import { type Backend, ConveneError, defineBackend } from "@convene/core";
import { cpuImplementation } from "./backend.js";
import { createJsKernels } from "./js-kernels/index.js";
import { loadWasmKernels, type Simd } from "./wasm.js";

export interface CpuOptions {
  /**
   * `"wasm"` (the default) runs WebAssembly SIMD. `"js"` runs the same algorithms as plain JavaScript, for where
   * WebAssembly is forbidden; it is an order of magnitude slower.
   */
  readonly kernels?: "wasm" | "js";
  /** Which WebAssembly build: `"relaxed"` (fused multiply-add), `"simd128"`, or `"auto"` (the default) to detect. */
  readonly simd?: Simd | "auto";
  /** Bytes that tensors and plans may take together. Default and most: 4 GiB with `"wasm"`, 2 GiB with `"js"`, less a page. */
  readonly maxMemory?: number;
}

const KEYS = ["kernels", "simd", "maxMemory"];
const PAGE = 65536;
/** A page below what an address can name: 32 bits in WebAssembly, 31 in the arithmetic of the JavaScript kernels. */
const MOST_MEMORY = { wasm: 2 ** 32 - PAGE, js: 2 ** 31 - PAGE };

/**
 * A backend on one thread of the processor.
 *
 * @throws BackendUnavailableError where the kernels that were asked for cannot run; it never takes others instead
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  const { kernels = "wasm", simd = "auto" } = options;
  const fail = (message: string): never => {
    throw new ConveneError("ERR_INVALID_OPTION", message);
  };
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) fail(`cpu options have no key ${JSON.stringify(key)}; their keys are ${KEYS.join(", ")}`);
  }
  if (kernels !== "wasm" && kernels !== "js") fail(`kernels (${String(kernels)}) must be "wasm" or "js"`);
  if (!["auto", "relaxed", "simd128"].includes(simd))
    fail(`simd (${String(simd)}) must be "auto", "relaxed" or "simd128"`);
  if (kernels === "js" && options.simd !== undefined) fail(`simd (${simd}) is for kernels "wasm"`);
  const most = MOST_MEMORY[kernels];
  const { maxMemory = most } = options;
  if (!Number.isInteger(maxMemory) || maxMemory < PAGE || maxMemory > most) {
    fail(`maxMemory (${String(maxMemory)}) must be an integer from ${PAGE} to ${most} bytes`);
  }
  const loaded = kernels === "js" ? createJsKernels() : await loadWasmKernels(simd, maxMemory);
  return defineBackend(cpuImplementation(loaded, maxMemory));
}
