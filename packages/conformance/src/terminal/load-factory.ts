/** Finds a backend's factory in a file or package. Loading it runs its code. */

import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { CommandError, InputError, oneLine, suggestion } from "../command-error.js";
import { factoryIn, type ModuleFactory, type Namespace } from "../factory-in.js";

/** Milliseconds in which a module must load, from the start of its process. */
export const LOADING_LIMIT = 30_000;

/** No file and no package has the given name. */
export class NoModuleError extends InputError {}

/** The place of a factory. */
export interface FactoryPlace {
  /** A file or a package. */
  readonly module: string;
  /** The folder from which relative files and packages are searched for. */
  readonly cwd: string;
  /** The export that is the factory. Default: the default export. */
  readonly exportName?: string | undefined;
  /** The reader's remedy if the default export is no factory, and other exports are functions. */
  readonly remedy: string;
}

/** Whether a name can only be the name of a file or a package. */
export function isModuleName(name: string): boolean {
  return isPath(name) || hasExtension(name) || name.startsWith("@") || name.includes("/");
}

/**
 * The factory that a module exports.
 *
 * @throws NoModuleError if there is no such module, InputError if the module has no factory, CommandError if it cannot be
 * loaded
 */
export async function loadFactory(place: FactoryPlace): Promise<ModuleFactory> {
  const namespace = await load(place);
  const make = factoryIn(namespace, place.exportName);
  if (!make) throw new InputError(noFactory(namespace, place));
  return make;
}

async function load({ module, cwd }: FactoryPlace): Promise<Namespace> {
  if (module === "") throw new NoModuleError("the name of a file or package is empty");
  // A file may be named without "./", because shells complete names in this form.
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

/** Whether the package itself is missing, and not a package that it imports. */
function isMissing(error: unknown, module: string): boolean {
  const { code, message = "" } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return false;
  const name = module.split("/", module.startsWith("@") ? 2 : 1).join("/");
  return message.includes(`'${module}'`) || message.includes(`'${name}'`);
}

/** The thrown value and its place, on one line. The place of a syntax error is only in Node's own report. */
function describe(error: unknown, file: string | undefined): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const { name, message, stack = "" } = error;
  const isSyntax = error instanceof SyntaxError && file !== undefined;
  const place = isSyntax ? `"node ${file}" says where` : /file:\/\/[^\s)]+:\d+/.exec(stack)?.[0];
  const text = name === "Error" ? message : `${name}: ${message}`;
  return oneLine(place === undefined || text.includes(place) ? text : `${text} (${place})`);
}

/** Imports a package or an address, as a module in `folder` would import it. */
async function importFrom(folder: string, name: string): Promise<unknown> {
  const parent = join(folder, "index.js");
  const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  // Node before 20.12 cannot import from another folder. It takes the package's CommonJS form instead.
  if (loader === undefined)
    return import(name.startsWith("file:") ? name : pathToFileURL(createRequire(parent).resolve(name)).href);
  const script = new vm.Script("(name) => import(name)", { filename: parent, importModuleDynamically: loader });
  const importName = script.runInThisContext() as (name: string) => Promise<unknown>;
  return quietly(() => importName(name));
}

/** Hides Node's warning that this way to import is experimental, because the user can do nothing about it. */
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
