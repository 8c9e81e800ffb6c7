/** JSON in which no object has a key twice. `JSON.parse` keeps the last one, so a file could say two things of one tensor. */

import { SafetensorsError, show } from "./errors.js";

/** @param what begins the message: `"the header"` @throws SafetensorsError `ERR_HEADER` */
export function parseStrict(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError("ERR_HEADER", `${what} is no JSON: ${(cause as Error).message}`, { cause });
  }
  const twice = duplicateKey(text);
  if (twice === undefined) return value;
  throw new SafetensorsError("ERR_HEADER", `${what} has the key ${show(twice)} twice`);
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
    const end = endOfString(text, at);
    if (isKey(text, end)) {
      // Two spellings of one key, "a" and "\u0061", are one key.
      const key = JSON.parse(text.slice(at, end)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    at = end - 1;
  }
  return undefined;
}

/** The index behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at]! <= " ") at++;
  return text[at] === ":";
}
