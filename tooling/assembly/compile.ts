/** Compiles a package's `assembly` folder to WebAssembly, and modules to text. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Bundle, encodeModules } from "../../packages/cpu/src/bytes-as-text.js";

export const INSTRUCTION_SETS = [
  { name: "simd128", features: "simd" },
  { name: "relaxed", features: "simd,relaxed-simd" },
] as const;

/**
 * The number of pieces of each module. Of 2 to 6 and 8 pieces, gzip makes the smallest result of core and cpu with this
 * number (2: 65.4 kB, 4: 63.4 kB, 8: 63.7 kB).
 */
const PIECES = 4;

const run = promisify(execFile);
const COMPILER = fileURLToPath(new URL("asc.js", import.meta.url));
/** The most bytes of the compiler's answer. */
const MOST = 2 ** 24;

const FLAGS = ["--importMemory", "--runtime", "stub", "--noAssert", "-O2"];

/** A module to compile. */
export interface ModuleSource {
  /** The source in `assembly` that lists the exports, without its extension. */
  readonly entry: string;
  /** Features of WebAssembly, separated by commas. */
  readonly features: string;
  /** The text of the entry, instead of its file. */
  readonly source?: string;
}

/**
 * Compiles modules of one package, in one process.
 *
 * @param folder the package's folder
 * @returns the modules, in the order of `sources`
 * @throws Error with the compiler's messages
 */
export async function compile(folder: string, sources: readonly ModuleSource[]): Promise<Uint8Array[]> {
  const compilations = sources.map(({ entry, features, source }) => {
    const file = `assembly/${entry}.ts`;
    return {
      args: [file, "--baseDir", folder, "--outFile", "kernels.wasm", "--enable", features, ...FLAGS],
      ...(source !== undefined && { replaced: { file: resolve(folder, file), source } }),
    };
  });
  try {
    const { stdout } = await run(process.execPath, [COMPILER, JSON.stringify(compilations)], { maxBuffer: MOST });
    return (JSON.parse(stdout) as string[]).map((module) => Uint8Array.from(Buffer.from(module, "base64")));
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new Error(`AssemblyScript failed: ${stderr || String(error)}`, { cause: error });
  }
}

/** The custom section by which cpu knows its own modules (packages/cpu/src/given-module.ts). */
const SECTION = "convene";

/** A hash of the compiled module. The same code has the same hash, in any version of the package. */
export function identityOf(name: string, module: Uint8Array): string {
  return `${name} ${createHash("sha256").update(module).digest("hex").slice(0, 12)}`;
}

/** The module with a custom section (0) that holds its identity. The section has less than 128 bytes. */
export function withIdentity(module: Uint8Array, identity: string): Uint8Array {
  const content = Buffer.from(`${SECTION}${identity}`);
  return Buffer.concat([module, Uint8Array.of(0, content.length + 1, SECTION.length), content]);
}

/** Modules together as text, cut into pieces as in the published package. */
export function bundleOf(modules: readonly Uint8Array[]): Bundle {
  return encodeModules(modules, PIECES);
}
