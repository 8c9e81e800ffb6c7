/**
 * gpu.js as a part of this package, without what it brings for modes that are not offered here: headless-gl, which is
 * compiled when it is installed, a second copy of webgpu, and a mock. docs/architecture.md, "gpu.js inside", says what was
 * weighed.
 */

import { createRequire } from "node:module";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Node's own modules, of which gpu.js asks for a synchronous import: an ES module has none, and the process does. */
const fromNode = (name: string): string =>
  `module.exports = globalThis.process?.getBuiltinModule?.("node:${name}") ?? {};`;

/** What gpu.js requires, and what stands for that. */
const INSTEAD: Readonly<Record<string, string>> = {
  // Its mode "headless-gl" then says of itself that it is not supported.
  gl: "module.exports = null;",
  "gpu-mock.js": "module.exports = {};",
  os: fromNode("os"),
  worker_threads: fromNode("worker_threads"),
};

/** Replaces them wherever gpu.js requires them. */
export const leaveOut: Plugin = {
  name: "gpu.js without what is not used",
  setup(build) {
    const names = new RegExp(`^(${Object.keys(INSTEAD).join("|").replaceAll(".", "\\.")})$`);
    build.onResolve({ filter: names }, ({ path, importer }) =>
      importer.includes("gpu.js") ? { path, namespace: "instead" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "instead" }, ({ path }) => ({ contents: INSTEAD[path]!, loader: "js" }));
  },
};

const FILE = "dist/THIRD-PARTY-LICENSES.txt";

/** The licences of what is inside, beside it. */
export async function writeLicences(): Promise<void> {
  const here = fileURLToPath(import.meta.url);
  const gpuJs = createRequire(here).resolve("gpu.js/package.json");
  // acorn's exports do name its package.json.
  const acorn = createRequire(gpuJs).resolve("acorn/package.json");
  const texts = await Promise.all(
    [gpuJs, acorn].map(async (path) => {
      const { name, version } = JSON.parse(await readFile(path, "utf8")) as { name: string; version: string };
      return `${name} ${version}\n\n${await readFile(join(dirname(path), "LICENSE"), "utf8")}`;
    }),
  );
  const head = "The files beside this one hold code of the packages below, under their licences.\n";
  await mkdir("dist", { recursive: true });
  await writeFile(FILE, [head, ...texts].join(`\n${"-".repeat(80)}\n\n`));
}
