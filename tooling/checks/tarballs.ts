/**
 * `pnpm tarballs`: packs the packages into `.cache/tarballs/convene` under names without a version, and prints the command
 * that installs them elsewhere, for as long as they are not on npm.
 */

import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { packAll } from "./pack.js";
import { fail } from "./workspace.js";

/** What an application needs most often. */
const USUAL = ["@convene/core", "@convene/cpu", "@convene/onnx"];

/** `convene-core.tgz`, of `@convene/core`. */
function fileOf(name: string): string {
  return `${name.replace("@", "").replace("/", "-")}.tgz`;
}

try {
  const tarballs = packAll("convene");
  const folder = dirname(tarballs[0]!.file);
  for (const { name, file } of tarballs) renameSync(file, join(folder, fileOf(name)));
  process.stdout.write(`\n${tarballs.map(({ name }) => join(folder, fileOf(name))).join("\n")}\n`);
  process.stdout.write(`\nIn the folder of your program:\n\n`);
  process.stdout.write(`  npm install ${USUAL.map((name) => join(folder, fileOf(name))).join(" ")}\n\n`);
  process.stdout.write(
    `Name all that you need in one command, with @convene/core: npm finds the others among these files.\n`,
  );
} catch (error) {
  fail(error);
}
