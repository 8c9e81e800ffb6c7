/** The command cannot do its work, and what was typed is not to blame: one line on stderr, exit code 1. */

export class CommandError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CommandError";
  }
}

/** What an error says, whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message || error.name : String(error));
}

/** The `code` of an error; also of one that another copy of core has thrown, which `instanceof` would not know. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Text from elsewhere, such as a file's name, as part of a line: line breaks and control characters become spaces. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}
