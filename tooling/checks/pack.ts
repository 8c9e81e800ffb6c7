/** Packs the published packages. `pnpm pack` replaces `workspace:` versions and `publishConfig`, as publishing does. */

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, publishedPackages, run } from "./workspace.js";

/** A packed package. */
export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/** A tarball of each published package, in a folder of `.cache` that `purpose` names. */
export function packAll(purpose: string): Tarball[] {
  const folder = cacheFolder(join("tarballs", purpose));
  return publishedPackages().map(({ name, directory }, index) => {
    const destination = join(folder, String(index));
    mkdirSync(destination);
    // This is the pnpm that runs this script, because pnpm puts itself on PATH.
    run("pnpm", ["pack", "--pack-destination", destination], directory);
    const [file] = readdirSync(destination);
    if (file === undefined) throw new Error(`pnpm pack made nothing of ${name}`);
    return { name, file: join(destination, file) };
  });
}
