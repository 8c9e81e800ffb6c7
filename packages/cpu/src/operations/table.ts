/** Tables of 32-bit integers in kernel memory. */

import type { Arena } from "../arena.js";

/** Allocates a table and fills it. Gives its address. */
export function writeTable(arena: Arena, what: string, values: Int32Array): number {
  const address = arena.allocate(values.byteLength, what);
  arena.i32.set(values, address / 4);
  return address;
}
