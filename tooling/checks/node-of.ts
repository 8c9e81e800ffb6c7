/** Node of other versions than the running one. */

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cacheFolder, run } from "./workspace.js";

/** The path of a Node of this major version: the running one, or one from the npm registry, kept in `.cache`. */
export function nodeOf(major: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  // The npm package `node` fetches this package in an install script. Its own name needs no script.
  const name = `node-${platform}-${process.arch}`;
  const folder = cacheFolder(join("node", major), { keep: true });
  const program = join("package", "bin", process.platform === "win32" ? "node.exe" : "node");
  const path = join(folder, program);
  if (!existsSync(path)) {
    // It is unpacked into another folder and renamed when it is complete, because another check may need the same Node at the same time.
    const own = `${folder}-${process.pid}`;
    mkdirSync(own);
    // The package has 2,700 files. To fetch it and to unpack one file takes 5.7 seconds of the processor, and `npm install` 8.1 (AMD EPYC).
    const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", own, `${name}@${major}`], own)) as [
      { readonly filename: string },
    ];
    run("tar", ["-xzf", packed.filename, program.replaceAll("\\", "/")], own);
    rmSync(join(own, packed.filename));
    try {
      renameSync(own, folder);
    } catch (error) {
      // If the file exists, another process was first.
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }
  return path;
}
