/** Commands for the reader to type: with npm in a clone of the repository, with npx if the package is installed. */

/** Whether the package is installed. Then the scripts of the repository do not exist. */
const INSTALLED = /[\\/]node_modules[\\/]/.test(import.meta.url);

export function command(line: string, installed: boolean = INSTALLED): string {
  return `${installed ? "npx @convene/benchmark" : "npm run convene --"} ${line}`;
}

/** A word of a command line, quoted for the shells of all systems. */
export function quote(word: string): string {
  return /^[\w@:=,./+-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, "\\$&")}"`;
}
