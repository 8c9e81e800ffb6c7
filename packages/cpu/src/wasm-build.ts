/** The WebAssembly builds, and the choice among them for an engine. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { checkBoolean, checkOneOf } from "@convene/core/backend";
import { type Bundle, decodeModule } from "./bytes-as-text.js";
import type { TransposeKernels } from "./wasm-copies.js";
import type { KernelName, RangeKernel, Tiles } from "./kernel-set.js";
import { type Registers, TILES } from "./tiles.js";
import { setWide, startedWide } from "./wide.js";
import type { Bytes } from "./shared-module.js";

/** A WebAssembly build. `"relaxed"` uses relaxed SIMD, whose multiply-add most machines fuse; `"simd128"` runs wherever WebAssembly has SIMD. */
export type Simd = "relaxed" | "simd128";

/** The places of a bundle's modules. */
const MODULES: Readonly<Record<Simd, number>> = { simd128: 0, relaxed: 1 };

/** The exports of a build: kernels, a function that clears rows, and functions that transpose. */
export interface WasmExports extends Readonly<Partial<Record<KernelName, RangeKernel>>>, TransposeKernels {
  /** Writes zeros: `rows` times `bytes` bytes (a multiple of 4), `stride` bytes apart, from `address` on. */
  readonly clearRows: (address: number, bytes: number, stride: number, rows: number) => void;
}

export interface WasmBuild {
  /** Its name in reports: `"wasm simd128"`, `"wasm relaxed simd"`, `"wasm relaxed simd, 256-bit"`. */
  readonly name: string;
  readonly bytes: Bytes;
  readonly tiles: Tiles;
  /** Whether the build uses 256 bits. They need an experimental flag, so the results should be checked before use. */
  readonly wide: boolean;
}

/** The build that the caller wants. */
export interface BuildOptions {
  /** `"auto"` takes the fastest that this engine accepts. */
  readonly simd: Simd | "auto";
  /** Whether to use 256 bits. Default: whether Node was started with the flag for them. */
  readonly wide?: boolean | undefined;
  /** The kind of engine whose tiles are taken. Default: this engine. */
  readonly registers?: Registers | undefined;
}

/** The backend that loads the build, for the words of an error. */
export interface Asker {
  /** Both the backend's name and its factory's, such as `"cpu"`. */
  readonly backend: string;
  readonly factory: string;
  /** The remedy where this engine has no WebAssembly SIMD at all. */
  readonly remedy: string;
}

const NAMES = { relaxed: "wasm relaxed simd", simd128: "wasm simd128" } as const;

/**
 * Checks `simd` and `wide`: 256 bits need the relaxed build.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkBuildOptions({ simd, wide }: { readonly simd?: unknown; readonly wide?: unknown }): BuildOptions {
  const build = checkOneOf("simd", simd === undefined ? "auto" : simd, ["auto", "relaxed", "simd128"]);
  if (wide !== undefined) checkBoolean("wide", wide);
  if (wide === true && build === "simd128") {
    throw new ConveneError("ERR_INVALID_OPTION", 'wide (true) needs relaxed SIMD: leave simd ("simd128") out');
  }
  return { simd: build, wide: wide as boolean | undefined };
}

/**
 * The build to load. With `wide: true` it sets V8's flag for 256 bits, so that the build is compiled with it.
 *
 * @throws BackendUnavailableError where the engine does not run the build
 */
export function pickBuild(bundle: Bundle, { simd, wide, registers }: BuildOptions, asker: Asker): WasmBuild {
  const { backend, factory, remedy } = asker;
  if (typeof WebAssembly !== "object") {
    throw new BackendUnavailableError(backend, "there is no WebAssembly here, as under node --jitless", remedy);
  }
  if (wide) setWide(asker);
  const wanted: readonly Simd[] = wide ? ["relaxed"] : simd === "auto" ? ["relaxed", "simd128"] : [simd];
  for (const name of wanted) {
    const bytes = decodeModule(bundle, MODULES[name], 2);
    if (!WebAssembly.validate(bytes)) continue;
    const isWide = name === "relaxed" && (wide ?? startedWide());
    if (!isWide) return { bytes, ...narrowBuild(name, registers) };
    const tiles = TILES[registers ?? "wide"];
    return { name: `${NAMES[name]}, 256-bit`, bytes: apart(bytes), tiles, wide: true };
  }
  const what = simd === "relaxed" || wide ? "relaxed SIMD" : "SIMD";
  throw new BackendUnavailableError(
    backend,
    `this engine's WebAssembly has no ${what}`,
    simd === "relaxed" ? `Use ${factory}({ simd: "simd128" }), or leave simd out` : remedy,
  );
}

/** A build of 128 bits, without its bytes. */
export function narrowBuild(name: Simd, registers: Registers = registersOf(name)): Omit<WasmBuild, "bytes"> {
  return { name: NAMES[name], tiles: TILES[registers], wide: false };
}

/** The error for an engine that supports a build but is not allowed to compile it. */
export function forbidden({ backend, remedy }: Asker, cause: unknown): BackendUnavailableError {
  const reason = `WebAssembly is forbidden here (${String(cause)})`;
  const policy = "Where a Content-Security-Policy forbids it, add 'wasm-unsafe-eval' to its script-src. Otherwise: ";
  return new BackendUnavailableError(backend, reason, policy + remedy, { cause });
}

/**
 * The same module with one more section, which nobody reads. V8 finds compiled code by a module's bytes, and would otherwise reuse code that it
 * has compiled without the flag.
 */
function apart(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = [0, 5, 4, ...new TextEncoder().encode("wide")];
  const result = new Uint8Array(bytes.length + section.length);
  result.set(bytes);
  result.set(section, bytes.length);
  return result;
}

/**
 * Twelve accumulators stay in registers only with fused multiply-add and a good register allocator: V8 13.6 has one, V8 12.4 does not. A program
 * cannot ask for the allocator, so it asks for 64-bit tables, which V8 13.6 accepts and V8 12.4 does not. docs/kernels.md, "Tiles", has the
 * measurements.
 */
function registersOf(build: Simd): Registers {
  return build === "relaxed" && WebAssembly.validate(MODULE_WITH_64_BIT_TABLE) ? "many" : "few";
}

/** The header; then a table section (4) of 4 bytes: one table, of functions, with 64-bit indices (flag 4), of 1 entry. */
const MODULE_WITH_64_BIT_TABLE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 4, 4, 1, 0x70, 4, 1);
