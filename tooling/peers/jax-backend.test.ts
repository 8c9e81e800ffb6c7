import { tensor } from "@convene/core";
import { expect, test } from "vitest";
import { jaxBackend } from "./jax-backend.js";
import type { Jax, JaxArray } from "./jax-types.js";

test("sync waits for a read that was called before it, and for the check after the read", async () => {
  const checks: (() => void)[] = [];
  const held = { data: async () => Float32Array.of(7), dispose() {} } as unknown as JaxArray;
  Object.defineProperty(held, "ref", { get: () => held });
  const backend = jaxBackend({ numpy: { array: () => held } } as unknown as Jax, {
    name: "jax-js",
    engine: "none",
    features: { nonFinite: true, subnormals: true },
    check: async () => new Promise((resolve) => checks.push(resolve)),
  });
  const uploaded = backend.upload(tensor(Float32Array.of(7), [1, 1, 1, 1]));
  const settled: string[] = [];
  const read = backend.read(uploaded).then(() => settled.push("read"));
  const sync = backend.sync().then(() => settled.push("sync"));
  await new Promise((resolve) => setTimeout(resolve));
  // The check of the read is under way, and that of `sync` has not begun.
  expect(checks).toHaveLength(1);
  checks[0]!();
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(settled).toEqual(["read"]);
  checks[1]!();
  await sync;
});
