/** Commands that the reader is told to type: through npm in a clone of the repository, through npx where the package is installed. */

/** Where packages are installed, there is no script of the repository's. */
const INSTALLED = /[\\/]node_modules[\\/]/.test(import.meta.url);

export function command(line: string, installed: boolean = INSTALLED): string {
  return `${installed ? "npx @convene/benchmark" : "npm run convene --"} ${line}`;
}

/** A word of a command line, as shells on every system take it. */
export function quote(word: string): string {
  return /^[\w@:=,./+-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, "\\$&")}"`;
}
