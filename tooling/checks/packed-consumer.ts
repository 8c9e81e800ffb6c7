/**
 * Uses the installed packages like a user: from an ES module, from CommonJS, and from TypeScript compiled to both, on Node 20,
 * 22 and 24.
 */

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeOf } from "./node-of.js";
import { COMPILER, ROOT, run } from "./workspace.js";

const NODES = ["20", "22", "24"];
const FIXTURES = join(ROOT, "tooling", "checks", "packed");

/** The ways to run the consumer: the file, and the versions of Node. TypeScript makes the same JavaScript for all versions. */
const KINDS = [
  ["ES module", "consumer.mjs", NODES],
  ["CommonJS", "consumer.cjs", NODES],
  ["TypeScript, ES module", "compiled/consumer.mjs", NODES.slice(0, 1)],
  ["TypeScript, CommonJS", "compiled/consumer.cjs", NODES.slice(0, 1)],
] as const;

/** Options of a strict user's tsconfig. The narrow one has no types of a browser or of Node. */
const COMPILATIONS = {
  narrow: { include: ["consumer.mts", "consumer.cts", "types.mts", "types.cts"], lib: ["es2022"], types: [] },
  wide: {
    include: ["*.mts", "*.cts"],
    lib: ["esnext", "dom"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", "@types")],
  },
};

/** Runs the consumer in a folder where the packages are installed. @throws Error if one of the ways fails */
export function checkConsumer(folder: string): void {
  write(folder);
  compile(folder);
  for (const major of NODES) {
    const node = nodeOf(major);
    const version = run(node, ["--version"]).trim();
    for (const [kind, file, nodes] of KINDS) {
      if (!nodes.includes(major)) continue;
      run(node, [file], folder);
      process.stdout.write(`Node ${version}, ${kind}: passes\n`);
    }
  }
}

function write(folder: string): void {
  const consumer = readFileSync(join(FIXTURES, "consumer.js"), "utf8");
  writeFileSync(join(folder, "consumer.mjs"), consumer);
  writeFileSync(
    join(folder, "consumer.cjs"),
    consumer.replace(/^import \* as (\w+) from ("[^"]+");$/gm, "const $1 = require($2);"),
  );
  for (const extension of ["mts", "cts"]) {
    writeFileSync(
      join(folder, `consumer.${extension}`),
      consumer
        .replaceAll("(backend) {", "(backend: core.Backend) {")
        .replaceAll("(factory) {", "(factory: () => Promise<core.Backend>) {"),
    );
    copyFileSync(join(FIXTURES, "types.ts"), join(folder, `types.${extension}`));
    copyFileSync(join(FIXTURES, "using.ts"), join(folder, `using.${extension}`));
  }
}

function compile(folder: string): void {
  // packed-types.ts has other versions read the declarations.
  for (const [name, { include, ...options }] of Object.entries(COMPILATIONS)) {
    const compilerOptions = {
      ...options,
      module: "nodenext",
      target: "es2022",
      strict: true,
      skipLibCheck: false,
      rootDir: ".",
      outDir: "compiled",
    };
    const config = join(folder, `tsconfig.${name}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions, include }));
    run(process.execPath, [COMPILER, "--project", config], folder);
  }
}
