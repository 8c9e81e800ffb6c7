/** The files that reports go to. Refused before anything has run, if they cannot be written. */

import { accessSync, constants, openSync, closeSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../input-error.js";

export type WriteFile = (content: string) => void;

/** @throws InputError where `path` cannot be written to */
export function outputFile(cwd: string, path: string): WriteFile {
  const target = resolve(cwd, path);
  try {
    const stats = statSync(target, { throwIfNoEntry: false });
    if (path === "" || stats?.isDirectory()) throw new Error("it is no file");
    if (stats) accessSync(target, constants.W_OK);
    else {
      // Tried, and taken back: until the run is over there is nothing to keep.
      closeSync(openSync(target, "wx"));
      rmSync(target);
    }
  } catch (cause) {
    throw new InputError(`cannot write to ${path || '""'} (${reasonOf(cause)})`, { cause });
  }
  return (content) => writeFileSync(target, content);
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
