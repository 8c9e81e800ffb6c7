/** What the tests of adapters hold: `sync` waits for the whole of an earlier read, also for the check of the console behind the read. */

import { type Backend, tensor } from "@convene/core";
import { expect } from "vitest";

/**
 * Fails if `sync` resolves before a read that was called before it.
 *
 * @param make makes a backend that holds the one number 7, and asks `check` after each call
 */
export async function expectSyncWaits(make: (check: () => Promise<void>) => Backend): Promise<void> {
  const checks: (() => void)[] = [];
  const backend = make(async () => new Promise((resolve) => checks.push(resolve)));
  const held = backend.upload(tensor(Float32Array.of(7), [1, 1, 1, 1]));
  const settled: string[] = [];
  const read = backend.read(held).then(() => settled.push("read"));
  const sync = backend.sync().then(() => settled.push("sync"));
  await new Promise((resolve) => setTimeout(resolve));
  // The check of the read is under way, and the check of `sync` has not begun.
  expect(checks).toHaveLength(1);
  checks[0]!();
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(settled).toEqual(["read"]);
  checks[1]!();
  await sync;
}
