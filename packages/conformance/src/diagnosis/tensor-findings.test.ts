/** Faults of tensors without a run: each fault is named, and a right backend has no finding. */

import { expect, test } from "vitest";
import { FAULTS } from "../faulty-backends/index.js";
import { referenceBackend } from "../reference-backend.js";
import { createSession } from "./session.js";
import { tensorFindings } from "./tensor-findings.js";

const look = async (factory: typeof referenceBackend) => {
  const session = createSession({ factory, accuracy: "fast", seed: 1 });
  try {
    return await tensorFindings([], session);
  } finally {
    await session.dispose();
  }
};

test.each([
  ["pool-forgets-what-is-out", /two tensors lie in the same memory/],
  ["read-ignores-the-layout", /`read` ignores the layout/],
  ["read-in-the-wrong-shape", /the wrong shape/],
  ["layout-mixed-up", /nhwc are not converted/],
])("%s", async (name, words) => {
  const [finding] = await look(FAULTS.find((fault) => fault.name === name)!.backend);
  expect(finding?.cause).toMatch(words);
  expect(finding?.certain).toBe(true);
});

test.each(["upload-overtakes-runs", "read-does-not-wait", "read-too-late", "residual-in-the-other-layout"])(
  "%s gives no finding here",
  async (name) => {
    expect(await look(FAULTS.find((fault) => fault.name === name)!.backend)).toEqual([]);
  },
);

test("a right backend", async () => {
  expect(await look(referenceBackend)).toEqual([]);
});
