/**
 * The address of the repository in every published package. It is written in the root's package.json, and `pnpm bump` copies it from
 * there. npm shows the address, and needs it for a package with provenance.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import process from "node:process";
import { fail, isMain, publishedPackages, ROOT } from "./workspace.js";

/** The address fields of package.json, in npm's form. */
export interface Address {
  readonly repository?: { readonly type: "git"; readonly url: string; readonly directory: string };
  readonly homepage?: string;
  readonly bugs?: string;
}

const FIELDS = ["repository", "homepage", "bugs"] as const;

type Manifest = Readonly<Record<string, unknown>>;

/** The right address fields of the package in `folder`, which is written with slashes. @throws Error if a field of the root is no text */
export function addressOf(root: Manifest, folder: string): Address {
  const address: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const given = root[field];
    if (given === undefined) continue;
    // npm also accepts an object with the address.
    const value = typeof given === "object" && given !== null && "url" in given ? given.url : given;
    if (typeof value !== "string" || !value.includes("://")) {
      throw new Error(`package.json: ${field} (${JSON.stringify(given)}) must be an address, such as "https://..."`);
    }
    address[field] = field === "repository" ? { type: "git", url: value, directory: folder } : value;
  }
  return address;
}

/** The packages whose address differs from the root's, each with the right address. */
export function wrongAddresses(root: string): readonly { readonly file: string; readonly address: Address }[] {
  const own = readJson(join(root, "package.json"));
  return publishedPackages(root)
    .map(({ directory }) => ({
      file: join(directory, "package.json"),
      address: addressOf(own, relative(root, directory).split(sep).join("/")),
    }))
    .filter(({ file, address }) => {
      const manifest = readJson(file);
      return FIELDS.some((field) => JSON.stringify(manifest[field]) !== JSON.stringify(address[field]));
    });
}

/** Writes the root's address into every published package. @returns the changed files */
export function copyAddress(root: string): readonly string[] {
  return wrongAddresses(root).map(({ file, address }) => {
    const kept = Object.entries(readJson(file)).filter(([key]) => !(FIELDS as readonly string[]).includes(key));
    const at = 1 + kept.findIndex(([key]) => key === "license");
    const entries = [...kept.slice(0, at), ...Object.entries(address), ...kept.slice(at)];
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
    return file;
  });
}

function readJson(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

if (isMain(import.meta.url)) {
  try {
    const changed = copyAddress(ROOT);
    process.stdout.write(
      readJson(join(ROOT, "package.json"))["repository"] === undefined
        ? "Note: the packages say no address, because package.json has no repository (docs/releasing.md). This is no error.\n"
        : `${changed.length} packages have got the repository's address.\n`,
    );
  } catch (error) {
    fail(error);
  }
}
