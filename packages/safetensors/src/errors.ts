/** What is thrown, and how values appear in messages. */

/** Stable codes; a message may be reworded in any release, a code may not. */
export type SafetensorsErrorCode =
  /** It is no safetensors file. */
  | "ERR_FORMAT"
  /** The file ends before what its header speaks of. */
  | "ERR_TRUNCATED"
  /** The header, or an index, is not what the format says. */
  | "ERR_HEADER"
  /** A number type that this package does not read, or another one than was asked for. */
  | "ERR_DTYPE"
  /** There is no such tensor, or a file does not hold what the index says. */
  | "ERR_NO_TENSOR";

/** Everything that this package throws on purpose. */
export class SafetensorsError extends Error {
  /** What went wrong, for programs. */
  readonly code: SafetensorsErrorCode;

  constructor(code: SafetensorsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SafetensorsError";
    this.code = code;
  }
}

/** A function, because bundles of it are smaller than of as many `throw new`. @throws SafetensorsError always */
export function fail(code: SafetensorsErrorCode, message: string, cause?: unknown): never {
  throw new SafetensorsError(code, message, { cause });
}

/** A value of the file's in a message: short, and on one line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
