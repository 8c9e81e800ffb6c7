/** Whether a factory has given a backend. */

import { InputError } from "@convene/conformance";
import type { Backend } from "@convene/core";
import { oneLine } from "./command-error.js";

/** What every command calls; the rest, a backend's own methods check. */
const METHODS = [
  "upload",
  "allocate",
  "prepareConv2d",
  "read",
  "sync",
  "dispose",
] as const satisfies readonly (keyof Backend)[];

/** @throws InputError if what a factory gave is no backend */
export function checkBackend(name: string, given: unknown): Backend {
  const fail = (why: string): never => {
    throw new InputError(`the factory of backend "${name}" gave no backend: ${oneLine(why)}`);
  };
  if (typeof given !== "object" || given === null) return fail(String(given));
  const backend = given as Backend;
  for (const key of ["name", "device"] as const) if (typeof backend[key] !== "string") fail(`it has no ${key}`);
  for (const key of METHODS) if (typeof backend[key] !== "function") fail(`it has no method ${key}`);
  return backend;
}
