/** Loads a WebAssembly build of the kernels, for one thread. */

import { BackendUnavailableError } from "@convene/core";
import { relaxed, simd128 } from "./generated/wasm.js";
import type { KernelSet } from "./kernel-set.js";
import type { Registers } from "./tiles.js";
import { pickBuild, type Simd, type WasmExports } from "./wasm-build.js";
import { kernelMemory, reserveWasmMemory } from "./wasm-memory.js";

const ASKER = {
  backend: "cpu",
  factory: "cpu",
  remedy: 'Use cpu({ kernels: "js" }), which needs no WebAssembly',
};

/**
 * @param simd which build; `"auto"` takes the fastest that this engine accepts
 * @param maxMemory bytes that the memory may grow to; left out, as many as can be reserved (`reserveWasmMemory`)
 * @param registers for which engine; left out, for this one
 * @throws BackendUnavailableError where the engine does not run it
 */
export async function loadWasmKernels(
  simd: Simd | "auto",
  maxMemory: number | undefined,
  registers?: Registers,
): Promise<KernelSet> {
  const { name, bytes, tiles } = pickBuild({ relaxed, simd128 }, simd, ASKER, registers);
  const reserved = reserveWasmMemory("cpu", maxMemory, false);
  const { memory } = reserved;
  try {
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const { clearRows: _, ...run } = instance.exports as unknown as WasmExports;
    return { name, memory: kernelMemory(memory), maxMemory: reserved.maxMemory, tiles, run };
  } catch (cause) {
    const reason = `WebAssembly is forbidden here (${String(cause)})`;
    throw new BackendUnavailableError("cpu", reason, ASKER.remedy, { cause });
  }
}
