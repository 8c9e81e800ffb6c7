/** Files that a command writes. What was measured survives a crash; the file itself appears whole or not at all. */

import { renameSync, writeFileSync } from "node:fs";
import { InputError } from "../input-error.js";

export interface SavedFile {
  /** Replaces what has been saved so far. */
  update(content: string): void;
  /** Moves it to its name. */
  finish(): void;
}

/**
 * Content goes to `path.partial` as it comes, and is renamed at the end. Without a path nothing is written.
 *
 * @throws InputError at once if the folder cannot be written to, before anything has been measured in vain
 */
export function saveTo(path: string | undefined): SavedFile {
  if (path === undefined) return { update: () => undefined, finish: () => undefined };
  const partial = `${path}.partial`;
  try {
    writeFileSync(partial, "");
  } catch (cause) {
    throw new InputError(`cannot write to ${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, {
      cause,
    });
  }
  return {
    update: (content) => writeFileSync(partial, content),
    finish: () => renameSync(partial, path),
  };
}

/** Indented JSON, in which lists of numbers stay on one line. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replace(/\[\s+(-?[\d.][^[\]{}"]*?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, " ")}]`)}\n`;
}
