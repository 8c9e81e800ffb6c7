/**
 * A program in TypeScript for a process of its own, as one file for plain Node, with the sources that it imports. With the loader of
 * TypeScript a program that opens `gpu` takes 1.1 to 1.5 s of processor time, and as one file 0.2 to 0.3 s (an EPYC, Node 20). A test
 * that starts ten processes saves ten times this difference.
 */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";

/** Packages of native code stay where they are installed. */
const EXTERNAL = ["webgpu"];

/** CommonJS inside of the bundle asks for Node's own modules. */
const BANNER = `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`;

/**
 * Bundles the program of a file.
 *
 * @param file an absolute path
 * @returns the path of the bundle, in `.cache` of the file's package
 */
export async function nodeProgram(file: string): Promise<string> {
  const outfile = bundleOf(dirname(file), basename(file, ".ts"));
  await build({ ...OPTIONS, entryPoints: [file], outfile });
  return outfile;
}

/**
 * Bundles the program that `text` is.
 *
 * @param name the bundle's name, without an extension; programs that differ need different names
 * @param text a program in TypeScript, whose imports are relative to `folder`
 * @param folder an absolute path
 * @returns the path of the bundle, in `.cache` of the folder's package
 */
export async function nodeProgramOf(name: string, text: string, folder: string): Promise<string> {
  const outfile = bundleOf(folder, name);
  await build({ ...OPTIONS, stdin: { contents: text, resolveDir: folder, loader: "ts" }, outfile });
  return outfile;
}

const OPTIONS = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["convene-source"],
  external: EXTERNAL,
  banner: { js: BANNER },
  logLevel: "error",
} satisfies BuildOptions;

/** In the package, so that the bundle finds packages that it does not contain. */
function bundleOf(folder: string, name: string): string {
  let root = folder;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return join(root, ".cache", "programs", `${name}.mjs`);
}
