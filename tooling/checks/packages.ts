/**
 * `pnpm packages`: packs each published package, and checks the tarballs with publint and with attw ("are the types wrong?").
 * Entry points must exist, and types must match the kind of module, for Node's old and new resolution and for bundlers. Both
 * run in this process, because each would take seconds to start for every tarball.
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { packAll, type Tarball } from "./pack.js";
import { fail, isMain, run } from "./workspace.js";

/** @throws Error at the first tarball with a fault */
export async function checkTarballs(tarballs: readonly Tarball[]): Promise<void> {
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

    const bytes = readFileSync(file);
    const { messages } = await publint({ pack: { tarball: arrayBufferOf(bytes) }, strict: true });
    // A package with a command only has no types.
    const typed = files.some((path) => path.endsWith(".d.ts"));
    const problems = typed ? await typeProblems(bytes) : [];
    const wrong = [...messages, ...problems];
    if (wrong.length > 0) throw new Error(`${name}: ${wrong.map((each) => JSON.stringify(each)).join("\n")}`);
    const passed = typed ? "publint and attw pass" : "publint passes";
    process.stdout.write(`${name}: ${files.length} files, ${(bytes.length / 1000).toFixed(1)} kB; ${passed}\n`);
  }
}

/** The problems that are-the-types-wrong finds in a tarball, for each way to resolve an import. */
async function typeProblems(bytes: Uint8Array): Promise<readonly object[]> {
  // An import of a module of WebAssembly is the bundler's task, so these entry points have no declarations.
  const analysis = await checkPackage(createPackageFromTarballData(bytes), {
    excludeEntrypoints: ["relaxed.wasm", "simd128.wasm"],
  });
  if (analysis.types === false) throw new Error(`attw finds no types in ${analysis.packageName}`);
  return analysis.problems;
}

/** The bytes alone, because a Buffer of Node can be a part of a larger memory. */
function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

if (isMain(import.meta.url)) {
  try {
    await checkTarballs(packAll("packages"));
  } catch (error) {
    fail(error);
  }
}
