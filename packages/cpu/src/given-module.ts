/**
 * A module that the user's bundler has compiled, for places that forbid compiling bytes: Cloudflare's workers and other edge functions. It must
 * be a module of this version, which carries a section that says so.
 */

import { ConveneError } from "@convene/core";
import { identities } from "./generated/wasm.js";
import { narrowBuild, type Simd, type WasmBuild } from "./wasm-build.js";

/** The custom section that tooling/assembly/build.ts puts into each module: its build's name, and a hash of the rest. */
const SECTION = "convene";

const FILES = "@convene/cpu/relaxed.wasm or @convene/cpu/simd128.wasm, of the same version as @convene/cpu";

/** A build without its bytes, which a given module does not need. */
type GivenBuild = Omit<WasmBuild, "bytes">;

/**
 * The build that a module is.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where `module` is no module, no module of Convene, or a module of another
 * version
 */
export function buildOfModule(module: unknown): GivenBuild {
  const identity = identityOf(module);
  if (identity === undefined) {
    const exports = WebAssembly.Module.exports(module as WebAssembly.Module).map(({ name }) => name);
    throw wrong(`is none of Convene's: it exports ${exports.slice(0, 3).join(", ") || "nothing"}`);
  }
  const known: readonly string[] = identities;
  if (!known.includes(identity)) {
    throw wrong(`is of another version of @convene/cpu ("${identity}"; this one has "${known.join('" and "')}")`);
  }
  return narrowBuild(identity.split(" ")[0] as Simd);
}

/** The text of the module's section; `undefined` where there is none. */
function identityOf(module: unknown): string | undefined {
  let sections: ArrayBuffer[];
  try {
    // `customSections` throws for any value that is no module. `instanceof` would know modules of this realm only.
    sections = WebAssembly.Module.customSections(module as WebAssembly.Module, SECTION);
  } catch {
    const kind = Object.prototype.toString.call(module).slice("[object ".length, -1);
    throw wrong(
      `(${kind}) is not a WebAssembly.Module; bytes become one by WebAssembly.compile, where that is allowed`,
    );
  }
  return sections[0] && new TextDecoder().decode(sections[0]);
}

function wrong(what: string): ConveneError {
  return new ConveneError("ERR_INVALID_OPTION", `module ${what}. Give what your bundler makes of ${FILES}`);
}
