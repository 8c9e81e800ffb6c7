/** The first lines of a command's output: the environment, the device of each backend, and the backends that cannot run. */

import { describeEnvironment } from "../../engine/environment.js";
import type { OpenBackends } from "../../engine/open-backends.js";
import { printProse } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { knownEnvironment } from "../version.js";

export function printTitle(io: Io, title: string): void {
  printProse(io, `${io.colors.bold(title)}  ${describeEnvironment(knownEnvironment())}`, title.length + 2);
}

export function printBackends(io: Io, { open, unavailable }: OpenBackends): void {
  const { bold, dim, yellow } = io.colors;
  const width = Math.max(...[...open, ...unavailable].map(({ name }) => name.length));
  const indent = width + 4;
  for (const { name, backend } of open) printProse(io, `  ${bold(name.padEnd(width))}  ${backend.device}`, indent);
  for (const { name, reason, remedy } of unavailable) {
    printProse(io, `  ${name.padEnd(width)}  ${yellow("unavailable")}: ${reason}${dim(`. ${remedy}`)}`, indent);
  }
}
