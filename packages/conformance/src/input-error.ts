/** Errors of what was typed on a command line. */

/** The words of a command line make no sense. The command prints one line to stderr, and exits with code 2. */
export class InputError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "InputError";
  }
}

/** The end of a message: `; did you mean "exact"?`, or `""` where no known name is similar. */
export function suggestion(given: string, known: readonly string[]): string {
  let [nearest, least] = ["", Infinity];
  for (const name of known) {
    const steps = editDistance(given.toLowerCase(), name.toLowerCase());
    if (steps < least) [nearest, least] = [name, steps];
  }
  return least <= Math.max(2, Math.floor(given.length / 3)) ? `; did you mean "${nearest}"?` : "";
}

/** Levenshtein's distance: how many letters to add, leave out or change. */
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
