/**
 * Packs each published package and has publint and attw (are the types wrong?) look at the tarballs: entry points that
 * exist, types that match the module kind, for Node's old and new resolution and for bundlers. `pnpm packages`.
 */

import { statSync } from "node:fs";
import process from "node:process";
import { packAll, type Tarball } from "./pack.js";
import { fail, isMain, run, tool } from "./workspace.js";

/** @throws Error at the first tarball with which something is wrong */
export function checkTarballs(tarballs: readonly Tarball[]): void {
  for (const { name, file } of tarballs) {
    const files = run("tar", ["-tzf", file]).trim().split("\n");
    for (const needed of ["package/LICENSE", "package/README.md", "package/package.json"]) {
      if (!files.includes(needed)) throw new Error(`${name}: the tarball lacks ${needed}`);
    }
    // `kernels`, `backend` and `terminal`: the subpaths of those names, for resolvers that read no `exports`.
    const astray = files.filter(
      (path) =>
        !/^package\/(dist\/[^/]+|LICENSE|README\.md|CHANGELOG\.md|((kernels|backend|terminal)\/)?package\.json)$/.test(
          path,
        ),
    );
    if (astray.length > 0) throw new Error(`${name}: the tarball should not hold ${astray.join(", ")}`);

    run(tool("publint"), ["run", file, "--strict"]);
    // Modules have no declarations: what an import of one gives is the bundler's affair.
    // A package that is a command alone has no types that could be wrong.
    const typed = files.some((path) => path.endsWith(".d.ts"));
    if (typed) run(tool("attw"), [file, "--exclude-entrypoints", "relaxed.wasm", "simd128.wasm"]);
    const passed = typed ? "publint and attw pass" : "publint passes";
    process.stdout.write(`${name}: ${files.length} files, ${(statSync(file).size / 1000).toFixed(1)} kB; ${passed}\n`);
  }
}

if (isMain(import.meta.url)) {
  try {
    checkTarballs(packAll("packages"));
  } catch (error) {
    fail(error);
  }
}
