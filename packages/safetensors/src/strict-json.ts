/** JSON in which no object has a key twice. `JSON.parse` keeps the last one, so a file could say two things of one tensor. */

import { fail, show } from "./errors.js";

/** The values of an object's keys, of whatever kind they are. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The object that a text holds, which begins with `{`.
 *
 * @param what begins the message: `"the header"`
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

/** The first key that its object has already. `text` is valid JSON. */
function duplicateKey(text: string): string | undefined {
  /** Of each object around the current place: its keys so far. */
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
