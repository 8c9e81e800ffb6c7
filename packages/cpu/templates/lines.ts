/** Helpers for templates: repeated lines, numbered from 0. */

/** The numbers 0 to `count` - 1. */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** One line, or several, for each number below `count`. */
export function repeat(count: number, line: (index: number) => string): string {
  return range(count).map(line).join("\n");
}

/** `name`, or `name + offset` if the offset is not 0: the address operands of a load or store. */
export function at(address: string, bytes: number): string {
  return bytes === 0 ? address : `${address}, ${bytes}`;
}
