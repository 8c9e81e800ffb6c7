/**
 * `pnpm tarballs`: packs the packages into `.cache/tarballs/convene` under names without a version, and prints the command
 * that installs them in another folder. This is needed while the packages are not on npm.
 */

import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { packAll } from "./pack.js";
import { fail } from "./workspace.js";

/** The packages that an application usually needs. */
const USUAL = ["@convene/core", "@convene/cpu", "@convene/onnx"];

/** The file name of a package: `convene-core.tgz` for `@convene/core`. */
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
