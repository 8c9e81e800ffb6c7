/** Finds the factory in a file or package. Runs in the backend's own process: loading it runs its code. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { Backend } from "@convene/core";
import { factoryIn, type Namespace } from "../factory-in.js";
import { InputError, suggestion } from "../input-error.js";
import type { Task } from "./messages.js";

/** @throws InputError where there is no such module, or no factory in it */
export async function loadFactory(task: Task): Promise<() => Promise<Backend>> {
  const { module, exportName, factoryOptions } = task;
  const namespace = await load(task);
  const make = factoryIn(namespace, exportName);
  if (!make) throw new InputError(noFactory(namespace, task));
  const options: unknown = factoryOptions === undefined ? undefined : JSON.parse(factoryOptions);
  return async () => {
    const backend: unknown = await (options === undefined ? make() : make(options));
    if (!isBackend(backend)) {
      throw new TypeError(
        `the factory of ${module} gives ${backend === null ? "null" : typeof backend}, not a backend`,
      );
    }
    return backend;
  };
}

async function load({ module, cwd }: Task): Promise<Namespace> {
  const path = isAbsolute(module) || /^\.{1,2}([/\\]|$)/.test(module) ? resolve(cwd, module) : undefined;
  if (path !== undefined && !existsSync(path)) throw new InputError(`there is no file ${module} in ${cwd}`);
  // A file may also be named without "./", as shells complete it.
  const file =
    path ?? (existsSync(resolve(cwd, module)) && /\.[cm]?[jt]s$/.test(module) ? resolve(cwd, module) : undefined);
  if (file !== undefined) return (await import(pathToFileURL(file).href)) as Namespace;
  try {
    return (await importFrom(cwd, module)) as Namespace;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Not where something that the package itself imports is missing.
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    if (missing && message.includes(`'${module}'`)) {
      throw new InputError(
        `there is no package ${module} to be found from ${cwd}; install it, or begin the path of a file with "./"`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** `import(name)` as a module in `folder` would do it, rather than as this one would. */
async function importFrom(folder: string, name: string): Promise<unknown> {
  const parent = join(folder, "index.js");
  const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  // Before Node 20.12 there is no way to import from elsewhere, and the package's CommonJS form has to do.
  if (loader === undefined) return import(pathToFileURL(createRequire(parent).resolve(name)).href);
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

function noFactory(namespace: Namespace, { module, exportName }: Task): string {
  const inner = namespace["default"];
  const names = Object.entries({ ...(typeof inner === "object" ? inner : {}), ...namespace })
    .filter(([name, value]) => typeof value === "function" && name !== "default" && name !== "module.exports")
    .map(([name]) => name);
  if (exportName !== undefined) {
    return `${module} exports no function ${exportName}${suggestion(exportName, names)}${names.length > 0 ? ` (${names.join(", ")})` : ""}`;
  }
  const choice = names.length > 0 ? `; choose one with --export: ${names.join(", ")}` : "";
  return `${module} has no function as its default export${choice}`;
}

function isBackend(value: unknown): value is Backend {
  const backend = value as Partial<Backend> | undefined | null;
  return (
    typeof backend === "object" &&
    backend !== null &&
    typeof backend.prepareConv2d === "function" &&
    typeof backend.features === "object" &&
    typeof backend.sync === "function"
  );
}
