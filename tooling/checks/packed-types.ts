/** Has compilers of every age look at the packages' declarations, as a user does who does not skip them. */

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT, run } from "./workspace.js";

/** The oldest that is promised, the last before `Uint8Array` was generic, the last before 6, and those since. */
const VERSIONS = ["5.0", "5.6", "6", "7"];

/** What npm installs, each under a name of its own. */
export const COMPILERS: readonly string[] = VERSIONS.map(
  (version) => `typescript-${version}@npm:typescript@${version}`,
);

const FIXTURES = join(ROOT, "tooling", "checks", "packed");

/** In a folder where the packages and `COMPILERS` are installed. @throws Error with what a compiler finds */
export function checkTypes(folder: string): void {
  const files = ["types", "everything"].flatMap((name) =>
    ["mts", "cts"].map((extension) => {
      copyFileSync(join(FIXTURES, `${name}.ts`), join(folder, `${name}.${extension}`));
      return `${name}.${extension}`;
    }),
  );
  const config = join(folder, "tsconfig.versions.json");
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    // Kernels have WebAssembly in their declarations, and it is among a browser's types.
    lib: ["es2022", "dom"],
    types: [],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, include: files }));
  for (const version of VERSIONS) {
    const tsc = join(folder, "node_modules", `typescript-${version}`, "bin", "tsc");
    run(process.execPath, [tsc, "--project", config], folder);
    process.stdout.write(`TypeScript ${version}: the declarations compile, without skipLibCheck\n`);
  }
}
