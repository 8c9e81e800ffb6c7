/** Whether a factory has given a backend. */

import type { Backend } from "@convene/core";
import { CommandError } from "./command-error.js";

/** The methods that every command calls. The backend itself reports if another method is missing. */
const METHODS = [
  "upload",
  "allocate",
  "prepareConv2d",
  "read",
  "sync",
  "dispose",
] as const satisfies readonly (keyof Backend)[];

/**
 * The backend that a factory gave.
 *
 * @param name the name of the factory in the error: a file, a package, or the name of a backend
 * @throws CommandError if the value is no backend
 */
export function checkBackend(name: string, given: unknown): Backend {
  if (typeof given !== "object" || given === null) throw noBackend(name, given === null ? "null" : typeof given);
  const backend = given as Backend;
  for (const key of ["name", "device"] as const) {
    if (typeof backend[key] !== "string") throw noBackend(name, `an object without the string ${key}`);
  }
  if (typeof backend.features !== "object") throw noBackend(name, "an object without features");
  for (const key of METHODS) {
    if (typeof backend[key] !== "function") throw noBackend(name, `an object without the method ${key}`);
  }
  return backend;
}

function noBackend(name: string, what: string): CommandError {
  return new CommandError(
    `the factory of ${name} gives ${what}, not a backend; defineBackend of @convene/core/backend makes one`,
  );
}
