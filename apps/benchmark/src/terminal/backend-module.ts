/** Backends from outside: a file or package whose default export is a factory, ES module or CommonJS. */

import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { factoryIn, InputError } from "@convene/conformance";
import { CommandError, messageOf } from "../engine/command-error.js";
import type { Factory } from "../engine/open-backends.js";
import { UnsettledError } from "../engine/settle.js";

/** Whether a name can only be a file's or a package's. */
export function isModule(name: string): boolean {
  return isFile(name) || name.startsWith("@") || name.includes("/");
}

/**
 * The factory that a module has for its default export.
 *
 * @param settling awaits the module, which may do anything while it loads
 * @throws InputError if there is none
 */
export async function loadFactory(
  name: string,
  settling: (work: () => Promise<unknown>) => Promise<unknown>,
): Promise<Factory> {
  let loaded: unknown;
  try {
    loaded = await settling(() => import(isFile(name) ? pathToFileURL(resolve(name)).href : name));
  } catch (cause) {
    if (cause instanceof UnsettledError) throw new CommandError(`backend "${name}" did not load in time`, { cause });
    throw new InputError(`backend "${name}" cannot be loaded: ${messageOf(cause)}`, { cause });
  }
  const factory = factoryIn(loaded);
  if (!factory) throw new InputError(`backend "${name}" has no default export that is a factory`);
  return factory;
}

function isFile(name: string): boolean {
  return name.startsWith(".") || isAbsolute(name) || /\.[cm]?js$/.test(name);
}
