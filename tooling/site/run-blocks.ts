/**
 * `tsx run-blocks.ts <module>...`: runs modules one after the other, and prints a line of JSON for each, with its output or its error.
 * It is a separate process, whose working directory has the files that the blocks read.
 */

import process from "node:process";
import { pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";

const { log } = console;
for (const path of process.argv.slice(2)) {
  const printed: string[] = [];
  console.log = (...values: unknown[]) => void printed.push(formatWithOptions({ colors: false }, ...values));
  let thrown: string | undefined;
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    thrown = String(error);
  }
  console.log = log;
  process.stdout.write(`${JSON.stringify({ path, printed: printed.join("\n"), thrown })}\n`);
}
// A block may leave a server or a backend open.
process.exit();
