/**
 * Installs a peer: its packages go to .cache/peers, outside the workspace, and its adapter is bundled beside them, so that plain Node
 * can load it. Nothing is installed twice.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Peer, type PeerName, PEERS } from "./peers.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.cache/peers/", import.meta.url));
/** The files of core, by the names that adapters import. */
const CORE: Readonly<Record<string, string>> = {
  "@convene/core": fileURLToPath(new URL("../../packages/core/dist/index.js", import.meta.url)),
  "@convene/core/backend": fileURLToPath(new URL("../../packages/core/dist/for-backends.js", import.meta.url)),
};

/** Installs exact versions from npm. @returns the folder that has them in its node_modules */
export function installPackages(name: string, packages: Peer["packages"]): string {
  const folder = join(CACHE, name);
  mkdirSync(folder, { recursive: true });
  if (Object.keys(packages).length === 0) return folder;
  const manifest = JSON.stringify({ private: true, type: "module", dependencies: packages }, undefined, 2);
  const path = join(folder, "package.json");
  if (existsSync(join(folder, "node_modules")) && readFileSync(path, "utf8") === manifest) return folder;
  writeFileSync(path, manifest);
  console.error(
    `installing ${Object.entries(packages)
      .map(([each, version]) => `${each}@${version}`)
      .join(" ")}`,
  );
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...flags], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`npm could not install the packages of ${name}`);
  return folder;
}

/**
 * Installs a peer for the page's Compare view, and bundles its adapter. If the library is a module, the bundle contains it.
 *
 * @param adapter the adapter's path from this folder
 */
export async function installPagePeer(name: string, { packages, adapter }: Peer): Promise<void> {
  await bundleForPage(join(HERE, adapter), join(installPackages(name, packages), "page/adapter.js"));
}

/** @param adapter a module with a `PageFactory` as its default export. `outfile` is `<peer>/page/adapter.js`, beside `<peer>/node_modules` */
export async function bundleForPage(adapter: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(HERE, "page/compare-entry.ts")],
    outfile,
    bundle: true,
    // Minified as in an application's build, because sizes are compared.
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
    nodePaths: [join(outfile, "../../node_modules")],
    alias: { "peer-adapter": adapter },
  });
}

/** @returns the path of a module whose default export is the peer's factory */
export async function installPeer(name: PeerName): Promise<string> {
  const peer: Peer = PEERS[name];
  const folder = installPackages(name, peer.packages);
  const outfile = join(folder, "adapter.js");
  await build({
    entryPoints: [join(HERE, peer.adapter)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: Object.keys(peer.packages),
    logLevel: "error",
    // The adapter gets the command's own copy of core, so that both have the same classes of errors.
    plugins: [
      {
        name: "core",
        setup: (esbuild) =>
          esbuild.onResolve({ filter: /^@convene\/core(\/backend)?$/ }, ({ path }) => ({
            path: CORE[path]!,
            external: true,
          })),
      },
    ],
  });
  return outfile;
}
