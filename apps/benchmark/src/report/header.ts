/** The lines that verify and bench begin with: which backends run on what device, and which do not. */

import type { OpenBackends } from "../backends.js";
import { type Io, printLine } from "../io.js";

export function printBackends(io: Io, { open, unavailable }: OpenBackends): void {
  const { bold, dim, yellow } = io.colors;
  const width = Math.max(...[...open, ...unavailable].map(({ name }) => name.length));
  for (const { name, backend } of open) printLine(io, `  ${bold(name.padEnd(width))}  ${backend.device}`);
  for (const { name, reason, remedy } of unavailable) {
    printLine(io, `  ${name.padEnd(width)}  ${yellow("unavailable")}: ${reason}${dim(`. ${remedy}`)}`);
  }
}
