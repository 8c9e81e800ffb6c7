import { tensor } from "@convene/core";
import { expect, test } from "vitest";
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
  const tf = { version_core: "none", getBackend: () => "webgl", tensor4d: () => held } as unknown as Tf;
  return { tf, disposed };
}

test("sync waits for a read that was called before it, and for the check after the read", async () => {
  const checks: (() => void)[] = [];
  const check = async (): Promise<void> => new Promise((resolve) => checks.push(resolve));
  const { tf } = holding(Float32Array.of(7));
  const backend = tfjsBackend(tf, { backend: "webgl", engine: "none", features, check });
  const held = backend.upload(tensor(Float32Array.of(7), [1, 1, 1, 1]));
  const settled: string[] = [];
  const read = backend.read(held).then(() => settled.push("read"));
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
