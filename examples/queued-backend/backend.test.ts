import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory, { createQueue } from "./backend.js";

it("passes the suite, except for operations beside convolution, which are skipped", async () => {
  const { counts, results } = await runConformance(factory, { selection: "quick", randomProblems: 20 });
  const failed = results.filter(({ status }) => status === "failed" || status === "untrusted");
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  const skipped = results.filter(({ status }) => status === "skipped");
  for (const { message } of skipped) expect(message).toMatch(/^features\.operations does not have [a-zA-Z0-9]+$/);
  expect(counts.passed).toBeGreaterThan(350);
});

it("rejects every later call after failed work, and still frees memory", async () => {
  const queue = createQueue();
  void queue.add(() => {
    throw new Error("the device is lost");
  });
  await expect(queue.add(() => 1)).rejects.toThrow("the device is lost");
  let released = false;
  queue.release(() => {
    released = true;
  });
  await expect(queue.add(() => 2)).rejects.toThrow("the device is lost");
  // What `dispose` of the backend waits for: it must not reject.
  await queue.idle();
  expect(released).toBe(true);
});
