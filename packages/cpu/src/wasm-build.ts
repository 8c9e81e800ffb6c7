/** What there is of WebAssembly builds, and which of them an engine takes. */

import { BackendUnavailableError } from "@convene/core";
import type { KernelName, RangeKernel, Tiles } from "./kernel-set.js";
import { type Registers, TILES } from "./tiles.js";

/** `"relaxed"` has relaxed SIMD, whose multiply-add most machines fuse; `"simd128"` runs wherever WebAssembly has SIMD at all. */
export type Simd = "relaxed" | "simd128";

/** The modules as base64, by instruction set. */
export type WasmBuilds = Readonly<Record<Simd, string>>;

/** What every build exports: the kernels but for those that only JavaScript has, and what clears rows. */
export interface WasmExports extends Readonly<Record<Exclude<KernelName, "igemm2x4">, RangeKernel>> {
  /** Writes zeros: `rows` times `bytes` bytes (a multiple of 16), `stride` bytes apart, from `address` on. */
  readonly clearRows: (address: number, bytes: number, stride: number, rows: number) => void;
}

export interface WasmBuild {
  /** What reports call it. */
  readonly name: "wasm relaxed simd" | "wasm simd128";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tiles: Tiles;
}

/** Who asks, for what an error says. */
export interface Asker {
  /** Both the backend's name and its factory's, such as `"cpu"`. */
  readonly backend: string;
  readonly factory: string;
  /** What to do where this engine has no WebAssembly SIMD at all. */
  readonly remedy: string;
}

const NAMES = { relaxed: "wasm relaxed simd", simd128: "wasm simd128" } as const;

/**
 * @param simd which build; `"auto"` takes the fastest that this engine accepts
 * @param registers for which engine; left out, for this one
 * @throws BackendUnavailableError where the engine does not run it
 */
export function pickBuild(
  builds: WasmBuilds,
  simd: Simd | "auto",
  { backend, factory, remedy }: Asker,
  registers?: Registers,
): WasmBuild {
  if (typeof WebAssembly !== "object") {
    throw new BackendUnavailableError(backend, "this JavaScript engine has no WebAssembly", remedy);
  }
  const wanted: readonly Simd[] = simd === "auto" ? ["relaxed", "simd128"] : [simd];
  for (const name of wanted) {
    const bytes = decode(builds[name]);
    if (WebAssembly.validate(bytes)) return { name: NAMES[name], bytes, tiles: TILES[registers ?? registersOf(name)] };
  }
  const what = simd === "relaxed" ? "relaxed SIMD" : "SIMD";
  throw new BackendUnavailableError(
    backend,
    `this engine's WebAssembly has no ${what}`,
    simd === "relaxed" ? `Use ${factory}({ simd: "simd128" }), or leave simd out` : remedy,
  );
}

/**
 * Twelve accumulators stay in registers only with fused multiply-add, and only where the engine's allocator is good at it:
 * that of V8 13.6, and not of 12.4. Nothing tells an engine's allocator, so 64-bit tables, which the one accepts and the
 * other does not, stand for it. docs/kernels.md, "Tiles", has the measurements.
 */
function registersOf(build: Simd): Registers {
  return build === "relaxed" && WebAssembly.validate(MODULE_WITH_64_BIT_TABLE) ? "many" : "few";
}

/** The header; then a table section (4) of 4 bytes: one table, of functions, with 64-bit indices (flag 4), of 1 entry. */
const MODULE_WITH_64_BIT_TABLE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 4, 4, 1, 0x70, 4, 1);

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
