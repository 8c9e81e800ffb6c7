/** Node of other versions than the running one. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cacheFolder, run } from "./workspace.js";

/** The path of a Node of this major version: the running one, or one from the npm registry, kept in `.cache`. */
export function nodeOf(major: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  // What the npm package `node` would fetch in an install script; asked for by name, it needs none.
  const name = `node-${platform}-${process.arch}`;
  const folder = cacheFolder(join("node", major), { keep: true });
  const path = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(path)) {
    run("npm", [
      "install",
      "--prefix",
      folder,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-save",
      `${name}@${major}`,
    ]);
  }
  return path;
}
