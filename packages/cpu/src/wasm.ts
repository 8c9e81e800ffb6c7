/** Loads a WebAssembly build of the kernels, for one thread. */

import { buildOfModule } from "./given-module.js";
import { bundle } from "./generated/wasm.js";
import type { KernelSet } from "./kernel-set.js";
import { checkWide } from "./self-check.js";
import { type BuildOptions, forbidden, pickBuild, type WasmExports } from "./wasm-build.js";
import { createWasmCopies } from "./wasm-copies.js";
import { kernelMemory, reserveWasmMemory } from "./wasm-memory.js";

/** The remedy for hosts that forbid compiling bytes and allow compiled modules. */
const COMPILED = "or cpu({ module }) with a compiled module, where only those may run, as on Cloudflare";

const ASKER = {
  backend: "cpu",
  factory: "cpu",
  remedy: 'Use cpu({ kernels: "js" }), which needs no WebAssembly',
};

/** A build of this package's own, or a compiled module (`CpuOptions.module`). */
export interface LoadOptions extends BuildOptions {
  readonly module?: object | undefined;
}

/**
 * @param options the build to load
 * @param maxMemory bytes that the memory may grow to. Left out: as many as the engine can reserve (`reserveWasmMemory`)
 * @throws BackendUnavailableError where the engine does not run the build, or its kernels with 256 bits compute
 * something wrong
 */
export async function loadWasmKernels(
  { module, ...options }: LoadOptions,
  maxMemory: number | undefined,
): Promise<KernelSet> {
  const picked = module === undefined ? pickBuild(bundle, options, ASKER) : undefined;
  const { name, tiles, wide } = picked ?? buildOfModule(module);
  const reserved = reserveWasmMemory(ASKER, maxMemory, false);
  const { memory } = reserved;
  let exports: WebAssembly.Exports;
  try {
    const imports = { env: { memory } };
    const { exports: made } = picked
      ? (await WebAssembly.instantiate(picked.bytes, imports)).instance
      : await WebAssembly.instantiate(module as WebAssembly.Module, imports);
    exports = made;
  } catch (cause) {
    throw forbidden({ ...ASKER, remedy: `${ASKER.remedy}, ${COMPILED}` }, cause);
  }
  const { clearRows: _, toNhwc, toNchw, ...run } = exports as unknown as WasmExports;
  const grown = kernelMemory(memory);
  const copies = createWasmCopies(grown, { toNhwc, toNchw });
  const kernels = { name, memory: grown, maxMemory: reserved.maxMemory, tiles, copies, run };
  if (wide) checkWide(kernels, ASKER);
  return kernels;
}
