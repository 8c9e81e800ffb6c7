/** The name of a backend with its options: `worker-threads?threads=2`, `cpu?simd=simd128&wide=false`. Pure. */

import { InputError } from "@convene/conformance";

/** The options of a backend's factory. The factory reports wrong options itself. */
export type BackendOptions = Readonly<Record<string, string | number | boolean>>;

export interface BackendName {
  /** The part before the question mark: a row of the table, a file or a package. */
  readonly base: string;
  readonly options: BackendOptions;
}

/** @throws InputError if the part after the question mark is not a list of `option=value`, joined by `&` */
export function parseBackendName(text: string): BackendName {
  const at = text.indexOf("?");
  if (at === -1) return { base: text, options: {} };
  const base = text.slice(0, at);
  const options: Record<string, string | number | boolean> = {};
  for (const part of text.slice(at + 1).split("&")) {
    const [, key, value] = /^([A-Za-z]\w*)=(.+)$/.exec(part) ?? [];
    if (key === undefined || value === undefined) {
      throw new InputError(
        `backend "${text}": "${part}" must be an option and its value, as in worker-threads?threads=2&simd=simd128`,
      );
    }
    if (Object.hasOwn(options, key)) throw new InputError(`backend "${text}": ${key} is there twice`);
    options[key] = parseValue(value);
  }
  return { base, options };
}

function parseValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
