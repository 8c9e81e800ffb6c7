/** The error of this package, and how messages show values. */

/** Stable codes; a message may be reworded in any release, a code may not. */
export type SafetensorsErrorCode =
  /** The file is no safetensors file. */
  | "ERR_FORMAT"
  /** The file ends before the last tensor that its header names. */
  | "ERR_TRUNCATED"
  /** The header, or an index, does not follow the format. */
  | "ERR_HEADER"
  /** A number type that this package does not read, or that differs from the requested type. */
  | "ERR_DTYPE"
  /** There is no tensor of that name, or a file does not hold the tensors that the index names. */
  | "ERR_NO_TENSOR";

/** Everything that this package throws on purpose. */
export class SafetensorsError extends Error {
  /** The kind of the error, for programs. */
  readonly code: SafetensorsErrorCode;

  constructor(code: SafetensorsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SafetensorsError";
    this.code = code;
  }
}

/** Throws. A function, because it makes bundles smaller than many `throw new`. @throws SafetensorsError always */
export function fail(code: SafetensorsErrorCode, message: string, cause?: unknown): never {
  throw new SafetensorsError(code, message, { cause });
}

/** A value of the file's in a message: short, and on one line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
