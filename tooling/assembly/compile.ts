/** Compiles a package's `assembly` folder to WebAssembly, and modules to text. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import asc from "assemblyscript/asc";
import { type Bundle, encodeModules } from "../../packages/cpu/src/bytes-as-text.js";

export const INSTRUCTION_SETS = [
  { name: "simd128", features: "simd" },
  { name: "relaxed", features: "simd,relaxed-simd" },
] as const;

/** Pieces that each module is cut into: of 1, 2, 4, 6, 8, 12 and more, gzip makes least of these in core and cpu together (1: 73.1 kB, 4: 63.6, 8: 63.9). */
const PIECES = 4;

const FLAGS = ["--importMemory", "--runtime", "stub", "--noAssert", "-O2"];

export interface CompileOptions {
  /** The package's folder. */
  readonly folder: string;
  /** The source of `assembly` that says what is exported, without its ending. */
  readonly entry: string;
  /** Of WebAssembly, separated by commas. */
  readonly features: string;
  /** Taken for the entry's text instead of its file. */
  readonly source?: string;
}

/** @throws Error with what the compiler says */
export async function compile({ folder, entry, features, source }: CompileOptions): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const file = `assembly/${entry}.ts`;
  const { error, stderr } = await asc.main(
    [file, "--baseDir", folder, "--outFile", "kernels.wasm", "--enable", features, ...FLAGS],
    {
      readFile: async (name, baseDir) => {
        const path = resolve(baseDir, name);
        if (source !== undefined && path === resolve(folder, file)) return source;
        // The compiler asks for files that may not be there, to find out whether they are.
        return readFile(path, "utf8").catch(() => null);
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error || !binary)
    throw new Error(`AssemblyScript failed for ${features}: ${error?.message ?? "no output"}\n${stderr.toString()}`);
  return binary;
}

/** The custom section by which cpu knows its own modules (packages/cpu/src/given-module.ts). */
const SECTION = "convene";

/** A hash of what it was made into: the same code has the same, in whatever version of the package. */
export function identityOf(name: string, module: Uint8Array): string {
  return `${name} ${createHash("sha256").update(module).digest("hex").slice(0, 12)}`;
}

/** The module with a custom section (0), of less than 128 bytes, that holds its identity. */
export function withIdentity(module: Uint8Array, identity: string): Uint8Array {
  const content = Buffer.from(`${SECTION}${identity}`);
  return Buffer.concat([module, Uint8Array.of(0, content.length + 1, SECTION.length), content]);
}

/** Modules together as text, cut as they are in what is published. */
export function bundleOf(modules: readonly Uint8Array[]): Bundle {
  return encodeModules(modules, PIECES);
}
