import { tensor } from "@convene/core";
import { expect, test } from "vitest";
import { expectSyncWaits } from "./sync-waits.js";
import { tfjsBackend } from "./tfjs.js";
import type { Tf, TfTensor } from "./tfjs-types.js";

const features = { nonFinite: true, subnormals: true } as const;

/** A library that only holds what is uploaded, and counts what is disposed of. */
function holding(values: Float32Array) {
  const disposed: string[] = [];
  const held: TfTensor = {
    data: async () => values,
    dispose: () => disposed.push("disposed"),
  };
  // A cast: the adapter calls no other part of the library here.
  const tf = { version_core: "none", getBackend: () => "webgl", tensor4d: () => held } as unknown as Tf;
  return { tf, disposed };
}

test("sync waits for a read that was called before it, and for the check after the read", async () => {
  const { tf } = holding(Float32Array.of(7));
  await expectSyncWaits((check) => tfjsBackend(tf, { backend: "webgl", engine: "none", features, check }));
});

test("a tensor is disposed of at once, or after the reads that were called before where the adapter is asked for that", async () => {
  for (const disposeAfterReads of [false, true]) {
    const { tf, disposed } = holding(Float32Array.of(7));
    const backend = tfjsBackend(tf, { backend: "webgl", engine: "none", features, disposeAfterReads });
    const held = backend.upload(tensor(Float32Array.of(7), [1, 1, 1, 1]));
    const read = backend.read(held);
    held.dispose();
    expect(disposed).toHaveLength(disposeAfterReads ? 0 : 1);
    await read;
    await backend.sync();
    expect(disposed).toHaveLength(1);
  }
});
