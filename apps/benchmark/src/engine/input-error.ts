/** What the caller typed cannot be done: one line on stderr, exit code 2. */

import { closest, distance } from "fastest-levenshtein";

export class InputError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "InputError";
  }
}

/** `; did you mean "mobilenet-v1"?`, or nothing where no known name is near. */
export function suggestion(given: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const nearest = closest(given.toLowerCase(), [...known]);
  const near = distance(given.toLowerCase(), nearest) <= Math.max(2, Math.floor(given.length / 3));
  return near ? `; did you mean "${nearest}"?` : "";
}
