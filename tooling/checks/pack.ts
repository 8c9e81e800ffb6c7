/** Packs what is published, as it would be published: `pnpm pack` replaces `workspace:` versions and `publishConfig`. */

import { join } from "node:path";
import { cacheFolder, publishedPackages, ROOT, run } from "./workspace.js";

/** A packed package. */
export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/** A tarball of each published package, in a folder of `.cache` that `purpose` names. */
export function packAll(purpose: string): Tarball[] {
  const folder = cacheFolder(join("tarballs", purpose));
  const names = publishedPackages().map(({ name }) => name);
  const filters = names.flatMap((name) => ["--filter", name]);
  // The pnpm that runs this script: `pnpm packages` puts it on PATH. One process for all, because each takes most of a second to start.
  const said = run("pnpm", ["--recursive", ...filters, "pack", "--json", "--pack-destination", folder], ROOT);
  const packed = JSON.parse(said) as readonly { readonly name: string; readonly filename: string }[];
  return names.map((name) => {
    const file = packed.find((each) => each.name === name)?.filename;
    if (file === undefined) throw new Error(`pnpm pack made nothing of ${name}`);
    return { name, file };
  });
}
