/** Finds a backend's factory in a file or package. Loading it runs its code. */

import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { CommandError, InputError, oneLine, suggestion } from "../command-error.js";
import { factoryIn, type ModuleFactory, type Namespace } from "../factory-in.js";

/** Milliseconds for a module to load, the start of a process included. */
export const LOADING_LIMIT = 30_000;

/** There is no file and no package of a name. */
export class NoModuleError extends InputError {}

/** Where a factory is to be found. */
export interface FactoryPlace {
  /** A file or a package. */
  readonly module: string;
  /** Relative files and packages are looked for from here. */
  readonly cwd: string;
  /** The export that is the factory. Default: the default export. */
  readonly exportName?: string | undefined;
  /** What the reader can do where the default export is no factory and others are functions. */
  readonly remedy: string;
}

/** Whether a name can only be a file's or a package's. */
export function isModuleName(name: string): boolean {
  return isPath(name) || hasExtension(name) || name.startsWith("@") || name.includes("/");
}

/**
 * The factory that a module exports.
 *
 * @throws NoModuleError where there is no such module, InputError where it has no factory, CommandError where it cannot be loaded
 */
export async function loadFactory(place: FactoryPlace): Promise<ModuleFactory> {
  const namespace = await load(place);
  const make = factoryIn(namespace, place.exportName);
  if (!make) throw new InputError(noFactory(namespace, place));
  return make;
}

async function load({ module, cwd }: FactoryPlace): Promise<Namespace> {
  if (module === "") throw new NoModuleError("the name of a file or package is empty");
  // A file may also be named without "./", as shells complete it.
  const path = resolve(cwd, module);
  const file = isPath(module) || (hasExtension(module) && existsSync(path)) ? path : undefined;
  if (file !== undefined) {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) throw new NoModuleError(`there is no file ${module} in ${cwd}`);
    if (stats.isDirectory())
      throw new NoModuleError(`${module} is a folder; name the file in it that exports the backend's factory`);
  }
  try {
    return (await importFrom(cwd, file === undefined ? module : pathToFileURL(file).href)) as Namespace;
  } catch (cause) {
    if (file === undefined && isMissing(cause, module)) {
      const what = hasExtension(module) ? "file and no package" : "package";
      throw new NoModuleError(
        `there is no ${what} ${module} to be found from ${cwd}; install it, or begin the path of a file with "./"`,
        { cause },
      );
    }
    throw new CommandError(`${module} cannot be loaded: ${describe(cause, file)}`, { cause });
  }
}

function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}([/\\]|$)/.test(name);
}

function hasExtension(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** Whether the package itself is missing, and not something that it imports. */
function isMissing(error: unknown, module: string): boolean {
  const { code, message = "" } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return false;
  const name = module.split("/", module.startsWith("@") ? 2 : 1).join("/");
  return message.includes(`'${module}'`) || message.includes(`'${name}'`);
}

/** What was thrown, on one line, and where; where a syntax error is, only Node's own report has. */
function describe(error: unknown, file: string | undefined): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const { name, message, stack = "" } = error;
  const isSyntax = error instanceof SyntaxError && file !== undefined;
  const place = isSyntax ? `"node ${file}" says where` : /file:\/\/[^\s)]+:\d+/.exec(stack)?.[0];
  const text = name === "Error" ? message : `${name}: ${message}`;
  return oneLine(place === undefined || text.includes(place) ? text : `${text} (${place})`);
}

/** `import(name)` as a module in `folder` would do it, rather than as this one would. `name` is a package or an address. */
async function importFrom(folder: string, name: string): Promise<unknown> {
  const parent = join(folder, "index.js");
  const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  // Before Node 20.12 there is no way to import from elsewhere, and the package's CommonJS form has to do.
  if (loader === undefined)
    return import(name.startsWith("file:") ? name : pathToFileURL(createRequire(parent).resolve(name)).href);
  const script = new vm.Script("(name) => import(name)", { filename: parent, importModuleDynamically: loader });
  const importName = script.runInThisContext() as (name: string) => Promise<unknown>;
  return quietly(() => importName(name));
}

/** Without the warning that this way of importing is experimental: it is no fault of who reads it. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function noFactory(namespace: Namespace, { module, exportName, remedy }: FactoryPlace): string {
  const inner = namespace["default"];
  const names = Object.entries({ ...(typeof inner === "object" ? inner : {}), ...namespace })
    .filter(([name, value]) => typeof value === "function" && name !== "default" && name !== "module.exports")
    .map(([name]) => name);
  if (exportName !== undefined) {
    return `${module} exports no function ${exportName}${suggestion(exportName, names)}${names.length > 0 ? ` (${names.join(", ")})` : ""}`;
  }
  const choice = names.length > 0 ? `; ${remedy}: ${names.join(", ")}` : "";
  return `${module} has no function as its default export${choice}`;
}
