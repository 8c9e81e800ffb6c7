/** Loads a WebAssembly build of the kernels, for one thread. */

import { BackendUnavailableError } from "@convene/core";
import { bundle } from "./generated/wasm.js";
import type { KernelSet } from "./kernel-set.js";
import { checkWide } from "./self-check.js";
import { type BuildOptions, pickBuild, type WasmExports } from "./wasm-build.js";
import { createWasmCopies } from "./wasm-copies.js";
import { kernelMemory, reserveWasmMemory } from "./wasm-memory.js";

const ASKER = {
  backend: "cpu",
  factory: "cpu",
  remedy: 'Use cpu({ kernels: "js" }), which needs no WebAssembly',
};

/**
 * @param options which build
 * @param maxMemory bytes that the memory may grow to; left out, as many as can be reserved (`reserveWasmMemory`)
 * @throws BackendUnavailableError where the engine does not run it, or 256 bits are not what they should be
 */
export async function loadWasmKernels(options: BuildOptions, maxMemory: number | undefined): Promise<KernelSet> {
  const { name, bytes, tiles, wide } = pickBuild(bundle, options, ASKER);
  const reserved = reserveWasmMemory("cpu", maxMemory, false);
  const { memory } = reserved;
  let exports: WebAssembly.Exports;
  try {
    ({ exports } = (await WebAssembly.instantiate(bytes, { env: { memory } })).instance);
  } catch (cause) {
    const reason = `WebAssembly is forbidden here (${String(cause)})`;
    throw new BackendUnavailableError("cpu", reason, ASKER.remedy, { cause });
  }
  const { clearRows: _, toNhwc, toNchw, ...run } = exports as unknown as WasmExports;
  const grown = kernelMemory(memory);
  const copies = createWasmCopies(grown, { toNhwc, toNchw });
  const kernels = { name, memory: grown, maxMemory: reserved.maxMemory, tiles, copies, run };
  if (wide) checkWide(kernels, ASKER);
  return kernels;
}
