/**
 * Compiles the `assembly` folder of the package that it is run in to WebAssembly, once for each instruction set and kind of
 * memory, and embeds the results as text in the package's src/generated: in cpu `wasm.ts` for a memory of one thread's own,
 * `wasm-shared.ts` for one that threads share. Text in a module is the one form that works unchanged in Node, in browsers,
 * in workers, from source and under every bundler.
 */

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { encodeModules } from "../../packages/cpu/src/bytes-as-text.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const INSTRUCTION_SETS = [
  { name: "simd128", features: "simd" },
  { name: "relaxed", features: "simd,relaxed-simd" },
] as const;

/** The custom section by which cpu knows its own modules (packages/cpu/src/given-module.ts). */
const SECTION = "convene";

/** Pieces that each module is cut into: of 4, 8, 16 and 32, gzip makes least of these. */
const PIECES = 8;

interface OutputFile {
  readonly file: string;
  /** The source of each instruction set, which says what it exports. */
  readonly entries: readonly [simd128: string, relaxed: string];
  /** How both are embedded: in base64, or together as bytes-as-text.ts has them, which is smaller to download. */
  readonly as: "base64" | "bundle";
  /** Whether the modules are files too, for those who cannot compile text, and say in a section which they are. */
  readonly files: boolean;
  readonly features: string;
  readonly flags: readonly string[];
}

/** By the package's folder. */
const FILES: Readonly<Record<string, readonly OutputFile[]>> = {
  "packages/cpu": [
    { file: "wasm.ts", entries: ["simd128", "relaxed"], as: "bundle", files: true, features: "", flags: [] },
    {
      file: "wasm-shared.ts",
      entries: ["simd128", "relaxed"],
      as: "bundle",
      files: false,
      features: ",threads",
      // A module names the most pages that a shared memory may have; 65,536 are all that 32 bits can address.
      flags: ["--sharedMemory", "--maximumMemory", "65536"],
    },
  ],
  "apps/benchmark": [{ file: "probes.ts", entries: ["index", "index"], as: "base64", files: false, features: "", flags: [] }],
};

const FLAGS = ["--importMemory", "--runtime", "stub", "--noAssert", "-O2"];

const here = relative(ROOT, process.cwd()).split(sep).join("/");
const files = FILES[here];
if (!files)
  throw new Error(`"${here}" has no row in tooling/assembly/build.ts; run it in ${Object.keys(FILES).join(" or ")}`);

async function compile(entry: string, features: string, flags: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      `assembly/${entry}.ts`,
      "--baseDir",
      process.cwd(),
      "--outFile",
      "kernels.wasm",
      "--enable",
      features,
      ...FLAGS,
      ...flags,
    ],
    {
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error || !binary)
    throw new Error(`AssemblyScript failed for ${features}: ${error?.message ?? "no output"}\n${stderr.toString()}`);
  return binary;
}

/** A hash of what it was made into: the same code has the same, in whatever version of the package. */
function identityOf(name: string, module: Uint8Array): string {
  return `${name} ${createHash("sha256").update(module).digest("hex").slice(0, 12)}`;
}

/** The module with a custom section (0), of less than 128 bytes, that holds `text`. */
function withSection(module: Uint8Array, text: string): Uint8Array {
  const content = Buffer.from(`${SECTION}${text}`);
  return Buffer.concat([module, Uint8Array.of(0, content.length + 1, SECTION.length), content]);
}

await mkdir("src/generated", { recursive: true });
for (const { file, features, flags, entries, as, files: asFiles } of files) {
  const modules: Uint8Array[] = [];
  const identities: string[] = [];
  for (const [index, set] of INSTRUCTION_SETS.entries()) {
    const binary = await compile(entries[index]!, set.features + features, flags);
    const identity = identityOf(set.name, binary);
    identities.push(identity);
    modules.push(asFiles ? withSection(binary, identity) : binary);
    if (asFiles) await writeFile(`src/generated/${set.name}.wasm`, modules.at(-1)!);
    console.log(`${file} ${set.name}: ${binary.length} bytes`);
  }
  const names = INSTRUCTION_SETS.map(({ name }) => name);
  const declarations =
    as === "base64"
      ? modules.map((module, index) => `export const ${names[index]} = "${Buffer.from(module).toString("base64")}";`)
      : [
          `/** ${names.join(", ")}. */`,
          `export const bundle = ${JSON.stringify(encodeModules(modules, PIECES), undefined, 2)};`,
        ];
  if (asFiles) declarations.push("", `/** Which they are. */`, `export const identities = ${JSON.stringify(identities)};`);
  const header = "/** Generated by tooling/assembly/build.ts from assembly/: do not edit. */";
  await writeFile(`src/generated/${file}`, [header, "", ...declarations, ""].join("\n"));
}
