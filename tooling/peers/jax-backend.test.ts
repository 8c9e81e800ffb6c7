import { test } from "vitest";
import { jaxBackend } from "./jax-backend.js";
import type { Jax, JaxArray } from "./jax-types.js";
import { expectSyncWaits } from "./sync-waits.js";

test("sync waits for a read that was called before it, and for the check after the read", async () => {
  // Casts: the adapter calls no other part of the library here.
  const held = { data: async () => Float32Array.of(7), dispose() {} } as unknown as JaxArray;
  Object.defineProperty(held, "ref", { get: () => held });
  const jax = { numpy: { array: () => held } } as unknown as Jax;
  const features = { nonFinite: true, subnormals: true } as const;
  await expectSyncWaits((check) => jaxBackend(jax, { name: "jax-js", engine: "none", features, check }));
});
