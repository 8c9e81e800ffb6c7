/**
 * Compiles AssemblyScript: the arguments of `asc` are the first word of the command line, as JSON, and the module goes to standard output.
 * A second word `{ file, source }` replaces the text of one file.
 *
 * The file is JavaScript and a program of its own, because the loader of TypeScript takes nine seconds to load the compiler, and plain
 * Node takes less than one.
 */

import { writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import asc from "assemblyscript/asc";

const [args, replaced = "{}"] = process.argv.slice(2);
const { file, source } = JSON.parse(replaced);

/** @type {Uint8Array | undefined} */
let binary;
const { error, stderr } = await asc.main(JSON.parse(args ?? "[]"), {
  readFile: async (name, baseDir) => {
    const path = resolve(baseDir, name);
    if (path === file) return source;
    // The compiler also asks for files that do not exist, to find out whether they do.
    return readFile(path, "utf8").catch(() => null);
  },
  writeFile: (_name, contents) => {
    if (typeof contents !== "string") binary = contents;
  },
});
if (error || !binary) {
  process.stderr.write(`${error?.message ?? "no output"}\n${stderr.toString()}`);
  process.exitCode = 1;
} else {
  for (let at = 0; at < binary.length;) at += writeSync(process.stdout.fd, binary, at);
}
