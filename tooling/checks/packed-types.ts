/** Compiles the packages' declarations with old and new compilers, like a user without `skipLibCheck`. */

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT, run } from "./workspace.js";

/** The oldest supported version, the last version that is written in JavaScript, and the newest. */
const VERSIONS = ["5.0", "6", "7"];

/** The compilers that npm installs, each under its own name. */
export const COMPILERS: readonly string[] = VERSIONS.map(
  (version) => `typescript-${version}@npm:typescript@${version}`,
);

const FIXTURES = join(ROOT, "tooling", "checks", "packed");

/** Compiles in a folder where the packages and `COMPILERS` are installed. @throws Error with a compiler's messages */
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
    // The declarations of kernels use WebAssembly, which is among the types of a browser.
    lib: ["es2022", "dom"],
    types: [],
    strict: true,
    skipLibCheck: false,
    // The compiler's own declarations of ES2022 and of browsers, which take most of the time.
    skipDefaultLibCheck: true,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, include: files }));
  for (const version of VERSIONS) {
    const tsc = join(folder, "node_modules", `typescript-${version}`, "bin", "tsc");
    run(process.execPath, [tsc, "--project", config], folder);
    process.stdout.write(`TypeScript ${version}: the declarations compile, without skipLibCheck\n`);
  }
}
