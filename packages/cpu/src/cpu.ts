/** The factory of the backend. */

import { type Backend, ConveneError } from "@convene/core";
import { checkInteger, checkKeys, checkOneOf, defineBackend } from "@convene/core/backend";
import { cpuImplementation } from "./backend.js";
import { createJsKernels } from "./js-kernels/index.js";
import { loadWasmKernels } from "./wasm.js";
import { checkBuildOptions, type Simd } from "./wasm-build.js";
import { MOST_WASM_MEMORY, PAGE } from "./wasm-memory.js";

/** Options of `cpu`. */
export interface CpuOptions {
  /**
   * `"wasm"` (the default) runs WebAssembly SIMD. `"js"` runs the same algorithms as plain JavaScript, for where
   * WebAssembly is forbidden; it is an order of magnitude slower.
   */
  readonly kernels?: "wasm" | "js";
  /**
   * Which WebAssembly build: `"relaxed"` (relaxed SIMD, whose multiply-add most machines fuse), `"simd128"`, or `"auto"`
   * (the default) to detect.
   */
  readonly simd?: Simd | "auto";
  /**
   * A `WebAssembly.Module`, for Cloudflare's workers and other edge functions, which may not compile bytes. Their bundler makes the
   * module from `@convene/cpu/relaxed.wasm` or `@convene/cpu/simd128.wasm` of the same version. The module is one build, so `simd` and
   * `wide` must be left out. Default: the build inside the package.
   */
  readonly module?: object;
  /**
   * 256-bit operations, about twice as fast, on Node 24 and later on x64 processors with AVX2. Experimental: `true` sets V8's flag
   * `--experimental-wasm-revectorize` for the whole process, for all WebAssembly that is compiled or optimised from then on. `cpu`
   * first checks a dozen small convolutions against the kernels in JavaScript. It is better to start Node with that flag: then the
   * default is `true`. Without the flag the default is `false`.
   */
  readonly wide?: boolean;
  /**
   * Bytes that tensors and plans may take together, an integer from 65,536. Default and most: 4 GiB less two pages of 64 KiB with
   * `"wasm"`, 2 GiB less one page with `"js"`. If the engine cannot reserve so many addresses for WebAssembly, `cpu` halves the default
   * until it can, down to 256 MiB. `cpu` does not halve a number that is given here.
   */
  readonly maxMemory?: number;
}

/** The arithmetic of the JavaScript kernels has addresses of 31 bits. */
const MOST_MEMORY = { wasm: MOST_WASM_MEMORY, js: 2 ** 31 - PAGE };

/**
 * A backend on the calling thread of the processor. A run blocks the event loop until it is computed.
 *
 * @throws BackendUnavailableError where the chosen kernels cannot run here; `cpu` never takes other kernels instead
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  checkKeys("cpu options", options, ["kernels", "simd", "module", "wide", "maxMemory"]);
  const kernels = checkOneOf("kernels", options.kernels === undefined ? "wasm" : options.kernels, ["wasm", "js"]);
  const build = checkBuildOptions(options);
  const { module } = options;
  for (const key of ["simd", "wide"] as const) {
    if (module !== undefined && options[key] !== undefined) {
      const message = `${key} (${JSON.stringify(options[key])}) means nothing beside module, which is one build`;
      throw new ConveneError("ERR_INVALID_OPTION", message);
    }
    if (kernels === "js" && options[key] !== undefined) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `${key} (${JSON.stringify(options[key])}) is for kernels "wasm" only`,
      );
    }
  }
  if (kernels === "js" && module !== undefined) {
    throw new ConveneError("ERR_INVALID_OPTION", 'module is for kernels "wasm" only');
  }
  const most = MOST_MEMORY[kernels];
  const asked = options.maxMemory === undefined ? undefined : checkInteger("maxMemory", options.maxMemory, PAGE, most);
  const loaded = kernels === "js" ? createJsKernels(asked ?? most) : await loadWasmKernels({ ...build, module }, asked);
  return defineBackend(cpuImplementation(loaded, { maxMemory: loaded.maxMemory }));
}
