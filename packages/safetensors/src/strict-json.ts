/**
 * JSON in which no object has a key twice. `JSON.parse` would keep the last of two equal keys, so a file could describe
 * one tensor in two ways.
 */

import { fail, show } from "./errors.js";

/** The values of an object's keys, of any type. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The object in a text that begins with `{`.
 *
 * @param what the first words of the message, such as `"the header"`
 * @throws SafetensorsError `ERR_HEADER`
 */
export function parseStrict(text: string, what: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    fail("ERR_HEADER", `${what} is no JSON: ${(cause as Error).message}`, cause);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail("ERR_HEADER", `${what} has the key ${show(twice)} twice`);
  return checkObject(value, what);
}

export function checkObject(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  return fail("ERR_HEADER", `${what} (${show(value)}) must be an object`);
}

/** The first key that occurs twice in its object. `text` is valid JSON. */
function duplicateKey(text: string): string | undefined {
  /** For each object around the current place, its keys so far. */
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "{") open.push(new Set());
    if (letter === "}") open.pop();
    if (letter !== '"') continue;
    const start = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    let after = at + 1;
    while (text[after]! <= " ") after++;
    if (text[after] !== ":") continue;
    // Two spellings of one key, "a" and "\u0061", are one key.
    const key = JSON.parse(text.slice(start, at + 1)) as string;
    const keys = open.at(-1)!;
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}
