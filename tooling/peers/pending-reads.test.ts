import { expect, test } from "vitest";
import { createPendingReads } from "./pending-reads.js";

test("settled waits for earlier reads, also for one that fails, and not for later reads", async () => {
  const reads = createPendingReads();
  const [first, second, later] = [deferred(), deferred(), deferred()];
  const answers = [reads.add(first.promise), reads.add(second.promise)];
  let done = false;
  const settled = reads.settled().then(() => (done = true));
  void reads.add(later.promise);
  first.resolve(1);
  await answers[0];
  expect(done).toBe(false);
  second.reject(new Error("no device"));
  await expect(answers[1]).rejects.toThrow("no device");
  await settled;
  expect(done).toBe(true);
});

function deferred(): {
  readonly promise: Promise<number>;
  readonly resolve: (value: number) => void;
  readonly reject: (error: Error) => void;
} {
  let resolve!: (value: number) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<number>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
