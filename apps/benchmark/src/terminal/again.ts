/** Commands that the reader is told to type. Through npm, which everybody with Node has. */

export function command(line: string): string {
  return `npm run convene -- ${line}`;
}

/** A word of a command line, as shells on every system take it. */
export function quote(word: string): string {
  return /^[\w@:=,./+-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, "\\$&")}"`;
}
