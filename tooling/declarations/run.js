/**
 * Makes the declarations of a package, for `import` and for `require`, for every entry of its `exports`. It runs in the package's
 * folder.
 *
 * TypeScript 7 makes a declaration of each source file, and rollup makes one file of them for each entry, without types that a package
 * keeps to itself. Rollup's plugin needs the interface of TypeScript 5.9. TypeScript 5.9 only reads declarations here and not the sources,
 * which saves some 15 s over all packages. Types are not checked here, because `npm test` does that.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = process.cwd();
const COMPILER = createRequire(new URL("../typecheck/package.json", import.meta.url)).resolve(
  "typescript/package.json",
);
/** The extensions of declarations, one for each kind of module. A single file would describe the wrong kind to one of the two. */
const KINDS = ["d.ts", "d.cts"];
/** A warning that is ignored: an entry may use types that it does not export. They are in the declarations, without a name for users. */
const PRIVATE_TYPES = /references private shared type exports/;

/** @type {{ name: string, exports: Record<string, string | Record<string, string>> }} */
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = Object.values(exports).flatMap((target) =>
  typeof target === "string" || !target["convene-source"] ? [] : [target["convene-source"]],
);

const emitted = join(ROOT, ".cache", "declarations", basename(FOLDER));
rmSync(emitted, { recursive: true, force: true });
mkdirSync(emitted, { recursive: true });
emit();
await bundle();

/** Makes a declaration for each source file that an entry needs, also for files of other packages. */
function emit() {
  const project = join(emitted, "tsconfig.json");
  const config = {
    extends: relative(emitted, join(ROOT, "tsconfig.base.json")),
    files: sources.map((source) => relative(emitted, resolve(source))),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: relative(emitted, ROOT),
      outDir: ".",
      typeRoots: [relative(emitted, join(ROOT, "node_modules", "@types"))],
    },
  };
  writeFileSync(project, JSON.stringify(config));
  const compiler = join(dirname(COMPILER), "bin", "tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", project], { stdio: "inherit" });
  if (status !== 0) throw new Error(`the declarations of ${FOLDER} were not made`);
}

async function bundle() {
  const input = Object.fromEntries(
    sources.map((source) => {
      const declaration = join(emitted, relative(ROOT, resolve(source))).replace(/\.ts$/, ".d.ts");
      return [basename(source, ".ts"), declaration];
    }),
  );
  const build = await rollup({
    input,
    // Other packages are imported by name.
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !/^[A-Za-z]:/.test(id),
    plugins: [dts()],
    onwarn: ({ message }) => {
      if (!PRIVATE_TYPES.test(message)) throw new Error(message);
    },
  });
  // Declarations of an earlier build are removed, because its shared files have other names.
  const old = existsSync("dist") ? readdirSync("dist").filter((name) => /\.d\.c?ts$/.test(name)) : [];
  for (const name of old) rmSync(join("dist", name));
  for (const kind of KINDS) {
    await build.write({
      dir: "dist",
      format: "es",
      entryFileNames: `[name].${kind}`,
      // A file that several entries share has the name of a source file, with the extension of a declaration.
      chunkFileNames: ({ name }) => `${name.replace(/\.d$/, "")}-[hash].${kind}`,
    });
  }
  await build.close();
}
