/**
 * A module that somebody else has compiled, for where compiling bytes is forbidden: Cloudflare's workers and other edge
 * functions. It has to be one of this version's own, which carries a section that says so.
 */

import { ConveneError } from "@convene/core";
import { identities } from "./generated/wasm.js";
import { narrowBuild, type Simd, type WasmBuild } from "./wasm-build.js";

/** The custom section that tooling/assembly/build.ts puts into each module: its build's name, and a hash of the rest. */
const SECTION = "convene";

const FILES = "@convene/cpu/relaxed.wasm or @convene/cpu/simd128.wasm, of the same version as @convene/cpu";

/** What such a module needs no bytes for. */
type GivenBuild = Omit<WasmBuild, "bytes">;

/**
 * Which build a module is.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where it is no module, none of Convene's, or one of another version
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

/** The text of its section; `undefined` where it has none. */
function identityOf(module: unknown): string | undefined {
  let sections: ArrayBuffer[];
  try {
    // Throws for whatever is no module, of this realm or another; `instanceof` would know this realm's only.
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
