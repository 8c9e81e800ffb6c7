/**
 * `pnpm release:rehearse`: makes a release of the last commit to a registry on this machine. In a clone, Changesets writes versions and
 * changelogs, and the packages are packed and published as in a real release. npm installs them in an empty folder, where the README's
 * first example runs. The work tree does not change.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { onnxModel } from "../../packages/onnx/src/testing/onnx-writer.js";
import { copyAddress } from "./release-address.js";
import { knownPnpm } from "./release-pnpm.js";
import { waitingChangesets } from "./release-ready.js";
import { type Registry, withRegistry } from "./release-registry.js";
import { attempt, fail, publishedPackages, ROOT, run } from "./workspace.js";

const CHANGESETS = join(ROOT, "node_modules", "@changesets", "cli", "bin.js");
/** The packages that the README's first example imports. */
const USED = ["@convene/core", "@convene/cpu", "@convene/onnx"];
/** A name for commits and tags of the rehearsal. */
const NOBODY = Object.fromEntries(
  ["AUTHOR", "COMMITTER"].flatMap((who) => [
    [`GIT_${who}_NAME`, "rehearsal"],
    [`GIT_${who}_EMAIL`, "rehearsal@localhost"],
  ]),
);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly publishConfig?: { readonly access?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function rehearse(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "convene-release-"));
  try {
    const clone = cloned(folder);
    const version = versioned(clone);
    await withRegistry(folder, async (registry) => {
      await published(clone, version, { ...registry, env: { ...registry.env, ...knownPnpm(folder) } });
      used(folder, version, registry);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A clone of the last commit, with the built files of the work tree, and with links between packages as pnpm makes them. */
function cloned(folder: string): string {
  const clone = join(folder, "clone");
  if (attempt("git", ["clone", "--quiet", ROOT, clone], folder).status === 0) {
    // Git knows the original as `origin`. It is removed, so that nothing can be pushed there by mistake.
    run("git", ["remote", "remove", "origin"], clone);
  } else {
    copied(clone);
  }
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"), "dir");
  const directories = new Map(
    ["packages", "apps", "tooling", "examples"]
      .flatMap((parent) => readdirSync(join(clone, parent)).map((name) => join(clone, parent, name)))
      .filter((directory) => existsSync(join(directory, "package.json")))
      .map((directory) => [manifestOf(directory).name, directory]),
  );
  for (const { directory } of publishedPackages(clone)) {
    const built = join(ROOT, relative(clone, directory), "dist");
    if (!existsSync(built)) throw new Error(`${built} is missing: run pnpm build`);
    cpSync(built, join(directory, "dist"), { recursive: true });
    // pnpm reads versions of siblings through these links when it packs.
    const { dependencies, devDependencies } = manifestOf(directory);
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const sibling = directories.get(name);
      if (sibling === undefined) continue;
      const link = join(directory, "node_modules", name);
      mkdirSync(join(link, ".."), { recursive: true });
      symlinkSync(sibling, link, "dir");
    }
  }
  return clone;
}

/** Runs `pnpm bump`. @returns the new version of all packages */
function versioned(clone: string): string {
  const before = manifestOf(join(clone, "packages", "core")).version;
  const waiting = waitingChangesets(clone);
  withoutFault("changeset version", attempt(process.execPath, [CHANGESETS, "version"], clone));
  copyAddress(clone);
  const versions = new Set<string>();
  for (const { name, directory } of publishedPackages(clone)) {
    const { version, publishConfig } = manifestOf(directory);
    versions.add(version);
    if (publishConfig?.access !== "public") throw new Error(`${name}: publishConfig.access must be "public"`);
    const changelog = join(directory, "CHANGELOG.md");
    if (
      waiting.length > 0 &&
      !(existsSync(changelog) && readFileSync(changelog, "utf8").includes(`\n## ${version}\n`))
    ) {
      throw new Error(`${name}: its CHANGELOG.md has nothing about ${version}`);
    }
  }
  // pnpm publishes only from a clean tree on the branch main.
  for (const args of [
    ["add", "--all"],
    ["commit", "--quiet", "--message", "Release"],
    ["checkout", "--quiet", "-B", "main"],
  ]) {
    withoutFault(`git ${args[0]}`, attempt("git", args, clone, { env: NOBODY }));
  }
  const [version, ...others] = versions;
  if (version === undefined || others.length > 0) throw new Error(`packages have versions ${[...versions].join(", ")}`);
  say(`${waiting.length} changesets take all packages from ${before} to ${version}, with changelogs`);
  return version;
}

/** If the work tree is no Git repository, or one that Git does not trust: copies all of it as a first commit. */
function copied(clone: string): void {
  const left = new Set([".git", ".cache", ".turbo", "node_modules", "dist", "generated"]);
  cpSync(ROOT, clone, { recursive: true, filter: (path) => path === ROOT || !left.has(basename(path)) });
  for (const args of [
    ["init", "--quiet", "--initial-branch", "main"],
    ["add", "--all"],
    ["commit", "--quiet", "--message", "The work tree"],
  ]) {
    withoutFault(`git ${args[0]}`, attempt("git", args, clone, { env: NOBODY }));
  }
}

/** Runs `pnpm release` without the build. */
async function published(clone: string, version: string, { url, env }: Registry): Promise<void> {
  withoutFault(
    "changeset publish",
    attempt(process.execPath, [CHANGESETS, "publish"], clone, { env: { ...env, ...NOBODY } }),
  );
  const packages = publishedPackages(clone);
  for (const { name } of packages) {
    const answer = await fetch(`${url}${encodeURIComponent(name)}`);
    const shown = await answer.text();
    if (!answer.ok) throw new Error(`the registry answers ${answer.status} for ${name}: ${shown}`);
    const latest = (JSON.parse(shown) as { readonly "dist-tags"?: { readonly latest?: string } })["dist-tags"]?.latest;
    if (latest !== version) throw new Error(`${name} is at ${latest} in the registry; expected ${version}`);
    if (shown.includes("workspace:"))
      throw new Error(`${name} was published with a version of the workspace: ${shown}`);
  }
  say(`${packages.length} packages are published to ${url} as ${version}`);
}

/** Acts as a user: an empty folder, npm, the README's first example. */
function used(folder: string, version: string, { env }: Registry): void {
  const shop = join(folder, "user");
  mkdirSync(shop);
  writeFileSync(join(shop, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  withoutFault("npm install", attempt("npm", ["install", "--no-audit", "--no-fund", ...USED], shop, { env }));
  for (const name of USED) {
    const installed = manifestOf(join(shop, "node_modules", name)).version;
    if (installed !== version) throw new Error(`npm installed ${name}@${installed}; expected ${version}`);
  }
  writeFileSync(join(shop, "mobilenet_v2.onnx"), classifier());
  writeFileSync(join(shop, "example.js"), firstExample(readFileSync(join(ROOT, "README.md"), "utf8")));
  const printed = withoutFault("the README's first example", attempt(process.execPath, ["example.js"], shop, { env }));
  say(`the README's first example runs on them, and prints: ${printed.replace(/ \[\n.*/s, " [ … ]").trim()}`);
}

function firstExample(readme: string): string {
  const code = /^```(?:js|ts)\n(.*?)^```$/ms.exec(readme)?.[1];
  if (code === undefined) throw new Error("README.md has no example in JavaScript");
  return code;
}

/** A file in the place of the example's MobileNet, with one picture as input and a thousand numbers as output. */
function classifier(): Uint8Array {
  return onnxModel({
    inputs: { input: [1, 3, 224, 224] },
    outputs: ["output"],
    initializers: { weight: { dims: [1000, 3, 1, 1], data: new Float32Array(3000).fill(0.5) } },
    nodes: [
      { op: "Conv", inputs: ["input", "weight"], outputs: ["features"], attributes: { strides: [32, 32] } },
      { op: "GlobalAveragePool", inputs: ["features"], outputs: ["pooled"] },
      { op: "Flatten", inputs: ["pooled"], outputs: ["output"] },
    ],
  });
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}

/** The output of a program. @throws Error with the output, if the program failed */
function withoutFault(what: string, { status, signal, stdout, stderr }: ReturnType<typeof attempt>): string {
  if (status !== 0) throw new Error(`${what} failed (${signal ?? `exit code ${status}`})\n${stdout}${stderr}`);
  return stdout;
}

// Ctrl-C ends the child program. Its failure then ends this program, after it has cleaned up.
process.on("SIGINT", () => undefined);

try {
  await rehearse();
} catch (error) {
  fail(error);
}
