/**
 * The errors of a command: for a wrong command line, and for work that the command cannot do. Also functions that make
 * one line of an error.
 */

/** The words of a command line make no sense. The command prints one line to stderr, and exits with code 2. */
export class InputError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "InputError";
  }
}

/**
 * The command cannot do its work, and the command line is not the reason. The command prints one line to stderr, and
 * exits with code 1.
 */
export class CommandError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CommandError";
  }
}

/** The message of an error, or of any other thrown value, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(textOf(error));
  return oneLine(error.message || error.name);
}

/** The `code` of an error. The error may come from another copy of core, so this function does not use `instanceof`. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Text from elsewhere, such as a file's name, as part of a line: line breaks and control characters become spaces. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the pattern is about control characters
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}

/** The end of a message: `; did you mean "exact"?`, or `""` if no known name is similar. */
export function suggestion(given: string, known: readonly string[]): string {
  let [nearest, least] = ["", Infinity];
  for (const name of known) {
    const steps = editDistance(given.toLowerCase(), name.toLowerCase());
    if (steps < least) [nearest, least] = [name, steps];
  }
  return least <= Math.max(2, Math.floor(given.length / 3)) ? `; did you mean "${nearest}"?` : "";
}

/** Some values have no text, such as an object without a prototype. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `something was thrown that has no text (${typeof value})`;
  }
}

/** Levenshtein's distance: the number of letters to add, leave out or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
