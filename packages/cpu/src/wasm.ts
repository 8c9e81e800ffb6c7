/** Picks, compiles and instantiates a WebAssembly build of the kernels. */

import { BackendUnavailableError } from "@convene/core";
import { relaxed, simd128 } from "./generated/wasm.js";
import type { Kernels, RangeKernel } from "./kernels.js";

/** `"relaxed"` has fused multiply-add; `"simd128"` runs wherever WebAssembly has SIMD at all. */
export type Simd = "relaxed" | "simd128";

const PAGE = 65536;
const REMEDY = 'Use cpu({ kernels: "js" }), which needs no WebAssembly';

interface Exports {
  readonly igemmWide: RangeKernel;
  readonly igemmNarrow: RangeKernel;
  readonly depthwise: RangeKernel;
  readonly depthwise3x3: RangeKernel;
  readonly WIDE_MR: WebAssembly.Global;
  readonly WIDE_NR: WebAssembly.Global;
  readonly NARROW_MR: WebAssembly.Global;
  readonly NARROW_NR: WebAssembly.Global;
}

/**
 * @param simd which build; `"auto"` takes the fastest that this engine accepts
 * @param maxMemory bytes that the memory may grow to
 * @throws BackendUnavailableError where the engine does not run it
 */
export async function loadWasmKernels(simd: Simd | "auto", maxMemory: number): Promise<Kernels> {
  if (typeof WebAssembly !== "object") {
    throw new BackendUnavailableError("cpu", "this JavaScript engine has no WebAssembly", REMEDY);
  }
  const { name, bytes } = pick(simd);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: Math.ceil(maxMemory / PAGE) });
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
      { mr: exports.NARROW_MR.value, nr: exports.NARROW_NR.value, run: exports.igemmNarrow },
      { mr: exports.WIDE_MR.value, nr: exports.WIDE_NR.value, run: exports.igemmWide },
    ],
    depthwise: exports.depthwise,
    depthwise3x3: exports.depthwise3x3,
  };
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
