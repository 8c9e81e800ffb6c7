/**
 * `pnpm arrows`: no import runs against the arrows of the architecture. The check reads every import of every package, and the
 * dependencies in each package.json. It lists those that the table below does not allow.
 */

import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import ts from "typescript";
import { isMain, PACKAGE_FOLDERS, ROOT } from "./workspace.js";

interface Rule {
  /** The packages that the package may import. A name also allows its subpaths. A package never imports itself by its name. */
  readonly imports: readonly string[];
  /** The packages that only its tests may import. */
  readonly tests: readonly string[];
  /** The folders that may import Node's modules. All other files must run in a browser too. */
  readonly node: readonly string[];
  /** The libraries that are bundled into its `dist`. They are installed in development only. */
  readonly inside?: readonly string[];
  /** Folders of the package with arrows of their own. A file belongs to the first of these folders in which it lies. */
  readonly parts?: readonly Part[];
}

/** A folder inside a package, and the imports that its files may have, tests included. */
interface Part {
  readonly folder: string;
  /** The folders of the same package that it may import, beside itself. */
  readonly imports: readonly string[];
  /** The packages of others that it may import. Left out: those in package.json. */
  readonly packages?: readonly string[];
  /** The names of globals that it may not use. */
  readonly without?: readonly string[];
  /** Entries of our packages that it may not import, because they need Node. */
  readonly closed?: readonly string[];
}

const CORE = "@convene/core";
const CONFORMANCE = "@convene/conformance";
/** The code that both commands share. */
const TERMINAL = `${CONFORMANCE}/terminal`;

/**
 * The arrows. Tests of core may not import conformance, because conformance depends on core, and a package manager cannot build
 * a circle.
 */
export const RULES: Readonly<Record<string, Rule>> = {
  "@convene/core": { imports: [], tests: [], node: [] },
  "@convene/cpu": { imports: [CORE], tests: [CONFORMANCE], node: [] },
  "@convene/gpu": { imports: [CORE], tests: [CONFORMANCE], node: [], inside: ["gpu.js"] },
  "@convene/conformance": { imports: [CORE], tests: [], node: ["src/cli", "src/terminal", "scripts"] },
  // Its tests replay PyTorch's files on every backend.
  "@convene/onnx": {
    imports: [CORE],
    tests: ["@convene/cpu", "@convene/worker-threads", "@convene/gpu"],
    node: [],
    inside: ["pbf"],
  },
  // It makes arrays of bytes, and needs nothing else.
  "@convene/safetensors": { imports: [], tests: [], node: [] },
  "@convene/mobilenet": { imports: [CORE], tests: [CONFORMANCE], node: [] },
  "@convene/worker-threads": {
    imports: [CORE, "@convene/cpu/kernels"],
    tests: [CONFORMANCE, "@convene/cpu"],
    node: ["scripts", "src/team"],
  },
  "@convene/benchmark": {
    imports: ["@convene"],
    tests: [],
    inside: ["preact", "preact/hooks", "@preact/signals"],
    node: ["src/terminal"],
    parts: [
      // It runs in Node and in a worker of a page. So it has no screen and no process.
      {
        folder: "src/engine",
        imports: ["src/generated"],
        packages: [],
        without: ["process", "Buffer", "document", "window"],
        closed: [TERMINAL],
      },
      { folder: "src/terminal", imports: ["src/engine"] },
      { folder: "src/page", imports: ["src/engine"], closed: [TERMINAL] },
    ],
  },
};

/** Tools that bundle a package and run its tests. They are no part of what is published. */
const TOOLS = ["@convene/node-program", "@convene/tsup-config"];
const SOURCE_FOLDERS = ["src", "scripts", "assembly"];

/** The faults of a repository, each as a line to print. */
export function arrowFaults(root: string): string[] {
  const faults: string[] = [];
  for (const folder of PACKAGE_FOLDERS) {
    for (const name of entries(join(root, folder))) {
      const directory = join(root, folder, name);
      const manifest = readManifest(directory);
      if (manifest) faults.push(...packageFaults(root, directory, manifest));
    }
  }
  return faults;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packageFaults(root: string, directory: string, manifest: Manifest): string[] {
  const where = slashes(relative(root, directory));
  const rule = RULES[manifest.name];
  if (!rule) return [`${where}/package.json: ${manifest.name} has no row in the table of tooling/checks/arrows.ts`];

  const faults: string[] = [];
  const shipped = [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies].flatMap(names);
  const declared = [...shipped, ...names(manifest.devDependencies)];
  for (const dependency of shipped.filter((one) => isOurs(one) && !declarable(rule.imports, one))) {
    faults.push(`${where}/package.json: ${manifest.name} may not depend on ${dependency}`);
  }
  for (const dependency of names(manifest.devDependencies).filter(isOurs)) {
    if (!declarable([...rule.imports, ...rule.tests, ...TOOLS], dependency)) {
      faults.push(`${where}/package.json: ${manifest.name} may not depend on ${dependency}, in development either`);
    }
  }
  if (manifest.name === CORE && shipped.length > 0) {
    faults.push(`${where}/package.json: ${CORE} may not depend on anything (${shipped.join(", ")})`);
  }

  for (const file of SOURCE_FOLDERS.flatMap((folder) => sourceFiles(join(directory, folder)))) {
    const inside = slashes(relative(directory, file));
    const test = isTest(inside);
    for (const name of test ? [] : (partOf(rule, inside)?.without ?? [])) {
      if (uses(readFileSync(file, "utf8"), name)) faults.push(`${where}/${inside}: it may not use ${name}`);
    }
    for (const specifier of importsOf(readFileSync(file, "utf8"))) {
      const fault = importFault(specifier, { rule, manifest, directory, file, inside, test, shipped, declared });
      if (fault) faults.push(`${where}/${inside}: ${fault}`);
    }
  }
  return faults;
}

interface Context {
  readonly rule: Rule;
  readonly manifest: Manifest;
  readonly directory: string;
  readonly file: string;
  readonly inside: string;
  readonly test: boolean;
  readonly shipped: readonly string[];
  readonly declared: readonly string[];
}

function importFault(specifier: string, context: Context): string | undefined {
  const { rule, manifest, directory, file, inside, test, shipped, declared } = context;
  if (specifier.startsWith(".") || specifier.startsWith("/")) {
    const target = slashes(relative(directory, join(dirname(file), specifier)));
    if (specifier.startsWith("/") || target.startsWith("..")) return `"${specifier}" leaves the package`;
    // Scripts are not published, so they may use helpers of tests.
    if (!test && !inside.startsWith("scripts/") && isTest(target)) return `"${specifier}" is for tests`;
    const part = partOf(rule, inside);
    const lies = (folder: string): boolean => target === folder || target.startsWith(`${folder}/`);
    if (part && ![part.folder, ...part.imports].some(lies)) return `${part.folder} may not import "${specifier}"`;
    return undefined;
  }
  const published = inside.startsWith("src/") && !test;
  // `/// <reference types="node" />` names all of Node's modules at once.
  if (isBuiltin(specifier) || specifier === "node") {
    const allowed = test || rule.node.some((place) => inside.startsWith(place));
    return allowed ? undefined : `"${specifier}" is Node's, and ${manifest.name} has to run without Node`;
  }
  if (isOurs(specifier)) {
    const part = test ? undefined : partOf(rule, inside);
    if (part?.closed?.includes(specifier)) return `${part.folder} may not import "${specifier}", which needs Node`;
    if (!allows(test ? [...rule.imports, ...rule.tests, ...TOOLS] : rule.imports, specifier)) {
      return `${manifest.name} may not import "${specifier}"${test ? ", in tests either" : ""}`;
    }
    if (!(published ? shipped : declared).includes(packageName(specifier))) {
      return `"${specifier}" is not declared in package.json${published ? "'s dependencies" : ""}`;
    }
    return undefined;
  }
  // Tools of tests and scripts are dependencies of the root. knip checks them.
  const bundled = rule.inside?.includes(specifier) && declared.includes(packageName(specifier));
  const packages = test ? undefined : partOf(rule, inside)?.packages;
  if (packages && !packages.includes(packageName(specifier)))
    return `${partOf(rule, inside)!.folder} may not import "${specifier}"`;
  if (published && !bundled && !shipped.includes(packageName(specifier)))
    return `"${specifier}" is not declared in package.json's dependencies`;
  return undefined;
}

/** Every module that a source names: import and export from, import(), require, import types, reference directives. */
export function importsOf(source: string): string[] {
  const info = ts.preProcessFile(source, true, true);
  return [...info.importedFiles, ...info.referencedFiles, ...info.typeReferenceDirectives].map(
    ({ fileName }) => fileName,
  );
}

function partOf({ parts = [] }: Rule, inside: string): Part | undefined {
  return parts.find(({ folder }) => inside.startsWith(`${folder}/`));
}

/** Whether a source uses a global of this name. Text, comments, fields and imports of the same name do not count. */
function uses(source: string, name: string): boolean {
  if (!source.includes(name)) return false;
  const tree = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): boolean => {
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const object = ts.isPropertyAccessExpression(parent) && parent.expression === node;
      if (object || ts.isCallExpression(parent) || ts.isNewExpression(parent)) return true;
    }
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(tree);
}

/** A test, or a helper of tests, by its path inside the package. */
function isTest(path: string): boolean {
  return /\.test\.[jt]s$/.test(path) || path.startsWith("src/testing/");
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith("@convene/");
}

/** Whether a row's list allows this import: the name itself, or anything below it. */
function allows(list: readonly string[], specifier: string): boolean {
  return list.some((one) => specifier === one || specifier.startsWith(`${one}/`));
}

/** Whether a row's list has this package, or a subpath of it. */
function declarable(list: readonly string[], dependency: string): boolean {
  return allows(list, dependency) || list.some((one) => one.startsWith(`${dependency}/`));
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function sourceFiles(folder: string): string[] {
  return entries(folder, true)
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !path.split(sep).includes("generated"))
    .map((path) => join(folder, path))
    .toSorted();
}

function entries(folder: string, recursive = false): string[] {
  try {
    return readdirSync(folder, { encoding: "utf8", recursive });
  } catch {
    return [];
  }
}

function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "ENOTDIR")
      return undefined;
    throw error;
  }
}

function names(dependencies: Readonly<Record<string, string>> | undefined): string[] {
  return Object.keys(dependencies ?? {});
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}

if (isMain(import.meta.url)) {
  const faults = arrowFaults(ROOT);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(
    faults.length === 0 ? "arrows: every import runs along them\n" : `arrows: ${faults.length} against them\n`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
