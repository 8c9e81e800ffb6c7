/** Picks, compiles and instantiates a WebAssembly build of the kernels. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { relaxed, simd128 } from "./generated/wasm.js";
import type { Kernels, RangeKernel } from "./kernels.js";

/** `"relaxed"` has relaxed SIMD, whose multiply-add most machines fuse; `"simd128"` runs wherever WebAssembly has SIMD at all. */
export type Simd = "relaxed" | "simd128";

const PAGE = 65536;
const REMEDY = 'Use cpu({ kernels: "js" }), which needs no WebAssembly';

interface Exports {
  readonly igemm4x8: RangeKernel;
  readonly igemm6x8: RangeKernel;
  readonly igemm8x4: RangeKernel;
  readonly depthwise: RangeKernel;
  readonly depthwise3x3: RangeKernel;
}

/**
 * @param simd which build; `"auto"` takes the fastest that this engine accepts
 * @param maxMemory bytes that the memory may grow to
 * @param wideTile the tile for more than four output channels; left out, the one that is faster on this engine
 * @throws BackendUnavailableError where the engine does not run it
 */
export async function loadWasmKernels(
  simd: Simd | "auto",
  maxMemory: number,
  wideTile?: "4x8" | "6x8",
): Promise<Kernels> {
  if (typeof WebAssembly !== "object") {
    throw new BackendUnavailableError("cpu", "this JavaScript engine has no WebAssembly", REMEDY);
  }
  const { name, bytes } = pick(simd);
  const memory = createMemory(maxMemory);
  let exports: Exports;
  try {
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    exports = instance.exports as unknown as Exports;
  } catch (cause) {
    throw new BackendUnavailableError("cpu", `WebAssembly is forbidden here (${String(cause)})`, REMEDY, { cause });
  }
  return {
    name: name === "relaxed" ? "wasm relaxed simd" : "wasm simd128",
    memory: {
      get buffer() {
        return memory.buffer;
      },
      grow: (needed) => void memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE)),
    },
    tiles: [
      { mr: 8, nr: 4, run: exports.igemm8x4 },
      (wideTile ?? chooseWideTile(name)) === "6x8"
        ? { mr: 6, nr: 8, run: exports.igemm6x8 }
        : { mr: 4, nr: 8, run: exports.igemm4x8 },
    ],
    depthwise: exports.depthwise,
    depthwise3x3: exports.depthwise3x3,
  };
}

/**
 * Twelve accumulators stay in registers only with fused multiply-add, and only where the engine's allocator is good at it:
 * that of V8 13.6, and not of 12.4. Nothing tells an engine's allocator, so 64-bit tables, which the one accepts and the
 * other does not, stand for it. docs/kernels.md, "Tiles", has the measurements.
 */
function chooseWideTile(build: Simd): "4x8" | "6x8" {
  return build === "relaxed" && WebAssembly.validate(MODULE_WITH_64_BIT_TABLE) ? "6x8" : "4x8";
}

/** The header; then a table section (4) of 4 bytes: one table, of functions, with 64-bit indices (flag 4), of 1 entry. */
const MODULE_WITH_64_BIT_TABLE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 4, 4, 1, 0x70, 4, 1);

function createMemory(maxMemory: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: Math.ceil(maxMemory / PAGE) });
  } catch (cause) {
    throw new ConveneError(
      "ERR_OUT_OF_MEMORY",
      `cpu could not reserve ${maxMemory} bytes of addresses. Lower maxMemory`,
      {
        cause,
      },
    );
  }
}

function pick(simd: Simd | "auto"): { readonly name: Simd; readonly bytes: Uint8Array<ArrayBuffer> } {
  const wanted: readonly Simd[] = simd === "auto" ? ["relaxed", "simd128"] : [simd];
  for (const name of wanted) {
    const bytes = decode(name === "relaxed" ? relaxed : simd128);
    if (WebAssembly.validate(bytes)) return { name, bytes };
  }
  const what = simd === "relaxed" ? "relaxed SIMD" : "SIMD";
  const remedy = simd === "relaxed" ? 'Use cpu({ simd: "simd128" }), or leave simd out' : REMEDY;
  throw new BackendUnavailableError("cpu", `this engine's WebAssembly has no ${what}`, remedy);
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
