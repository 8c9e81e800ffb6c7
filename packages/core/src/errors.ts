/**
 * The errors that every package throws. Messages name the value, what was expected and, where there is one, the remedy.
 * `code` is stable, and programs should test it.
 */

/** Stable codes; a message may be reworded in any release, a code may not. */
export type ConveneErrorCode =
  /** An option has the wrong type, is out of range, or contradicts another option. */
  | "ERR_INVALID_OPTION"
  /** The sizes of a tensor, or sizes that follow from them, do not fit. */
  | "ERR_SHAPE"
  /** Well formed, but beyond what this backend can do. */
  | "ERR_UNSUPPORTED"
  /** A backend, plan, tensor or model was used after it was disposed. */
  | "ERR_DISPOSED"
  /** A backend cannot run here as asked. */
  | "ERR_BACKEND_UNAVAILABLE"
  /** The backend could not get the memory that it needs. */
  | "ERR_OUT_OF_MEMORY"
  /** Something failed while running; every later call of the backend throws the same error until the backend is disposed. */
  | "ERR_EXECUTION";

/** Marks an error of any copy of this package. */
const brand = (): symbol => Symbol.for("convene.ConveneError");

/**
 * Every error that Convene throws on purpose. `instanceof` works across copies of this package: a program can have the ESM build and the
 * CommonJS build at once.
 */
export class ConveneError extends Error {
  /** The kind of the error, for programs. */
  readonly code: ConveneErrorCode;

  constructor(code: ConveneErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ConveneError";
    this.code = code;
    Object.defineProperty(this, brand(), { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBase(this) ? brand() in Object(value) : super[Symbol.hasInstance](value);
  }
}

/**
 * Thrown by a backend's factory where it cannot run as asked. A backend never falls back to something else: the caller
 * reads the reason, and chooses.
 */
export class BackendUnavailableError extends ConveneError {
  /** The backend's name, such as `"cpu"`. */
  readonly backend: string;
  /** Why it cannot run here. */
  readonly reason: string;
  /** The remedy: a change after which the backend can run. */
  readonly remedy: string;

  constructor(backend: string, reason: string, remedy: string, options?: { cause?: unknown }) {
    super("ERR_BACKEND_UNAVAILABLE", `${backend} is unavailable: ${reason}. ${remedy}`, options);
    this.name = "BackendUnavailableError";
    this.backend = backend;
    this.reason = reason;
    this.remedy = remedy;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isUnavailable(this) ? value instanceof ConveneError && "remedy" in value : super[Symbol.hasInstance](value);
  }
}

// These comparisons stand outside of the classes: a bundler gives a class that names itself another name, which an uncaught error prints.
function isBase(type: unknown): boolean {
  return type === ConveneError;
}

function isUnavailable(type: unknown): boolean {
  return type === BackendUnavailableError;
}

/** The message of an error of any realm; anything else that was thrown, as `show` writes it. */
export function messageOf(error: unknown): string {
  try {
    const { message } = error as Error;
    if (typeof message === "string") return message;
  } catch {
    // The thrown value may be any object, also one whose properties cannot be read.
  }
  return show(error);
}

/** `value` as it should appear in a message: short, on one line, telling `"3"` from `3`. */
export function show(value: unknown): string {
  try {
    return showNested(value, 0);
  } catch {
    return "what cannot be read";
  }
}

/** Lists are shown to this depth: enough for a shape in a list, and an end for a list that contains itself. */
const DEEPEST = 2;

function showNested(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) {
    if (value.length > 8 || depth > DEEPEST) return `an array of ${value.length}`;
    return `[${Array.from(value, (each) => showNested(each, depth + 1)).join(", ")}]`;
  }
  if (ArrayBuffer.isView(value)) return `${withArticle(value.constructor.name)} of ${value.byteLength} bytes`;
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    const name = value.constructor?.name;
    if (name && name !== "Object") return withArticle(name);
    return keys.length > 4 ? `an object of ${keys.length} keys` : `{ ${keys.join(", ")} }`;
  }
  return String(value);
}

function withArticle(name: string): string {
  return `${/^(?!Uint)[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
