/** Reads a file that the command line names. */

import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import process from "node:process";
import { InputError } from "@convene/conformance";

/** @throws InputError with the file's name, and the reason in words */
export function readNamedFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InputError(`${path}: ${reasonOf(cause, path)}`, { cause });
  }
}

function reasonOf(error: unknown, path: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === "EISDIR") return "it is a folder; name a file in it";
  if (code !== "ENOENT" && code !== "ENOTDIR") return `cannot be read (${code})`;
  // npm and pnpm run scripts in the folder of the package, and not in the folder where the user is.
  return isAbsolute(path) ? "there is no such file" : `there is no such file in ${process.cwd()}`;
}
