/** A worker that is lost, or that throws, ends in an error at once, and leaves no worker behind. */

import { randomSource } from "@convene/conformance";
import { type Backend, Conv2d, type Model, network, prepare, randomUniform } from "@convene/core";
import { describe, expect, it } from "vitest";
import { workerSource } from "./generated/worker.js";
import { openReachable, withFault } from "./testing/threads.js";
import { within } from "./testing/within.js";

const X = randomUniform([1, 16, 48, 48], { seed: 1 });

/** A model whose run is long enough that a worker can be killed during the run. */
function modelOn(backend: Backend): Promise<Model> {
  const layers = Array.from(
    { length: 12 },
    (_, at) => new Conv2d({ inChannels: 16, outChannels: 16, kernelSize: 3, padding: 1 }, { seed: at + 1 }),
  );
  return prepare(backend, network(...layers), X.shape);
}

const lost = (cause: RegExp) =>
  expect.objectContaining({ code: "ERR_EXECUTION", message: expect.stringMatching(cause) });

describe("a worker that is killed", () => {
  // Two hundred where CONVENE_LONG is set.
  const rounds = process.env["CONVENE_LONG"] === undefined ? 20 : 200;
  it(`fails runs in flight within a second, and all later calls: ${rounds} times`, async () => {
    const random = randomSource(100);
    let interrupted = 0;
    for (let round = 0; round < rounds; round++) {
      const count = 1 + Math.floor(random() * 4);
      const { backend, threads, alive } = await openReachable({ threads: count });
      const model = await modelOn(backend);
      const runs = Array.from({ length: 12 }, () =>
        model.run(X).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      const synced = backend.sync().then(
        () => undefined,
        (error: unknown) => error,
      );
      const victim = Math.floor(random() * count);
      // At any moment from before the first step to after the last, on a machine of any speed: after some of the runs, and a moment.
      if (random() < 0.8) {
        await runs[Math.floor(random() * (runs.length + 1)) - 1];
        const end = performance.now() + random() * 2;
        while (performance.now() < end);
      }
      void threads[victim]!.terminate();
      const cause = new RegExp(`worker ${victim + 1} of ${count} was lost: it exited with code 1.*make another`);
      for (const error of await within(1000, Promise.all([...runs, synced]))) {
        if (error === undefined) continue;
        interrupted++;
        expect(error).toEqual(lost(cause));
      }
      expect(
        await within(
          1000,
          until(() => model.run(X)),
        ),
      ).toEqual(lost(cause));
      expect(() => backend.upload(X)).toThrow(lost(cause));
      await expect(backend.sync()).rejects.toThrow(lost(cause));
      await within(1000, backend.dispose());
      expect(alive()).toBe(0);
    }
    expect(interrupted).toBeGreaterThan(40);
  });
});

/** Calls until it fails; the news of a death takes a turn of the event loop. */
async function until(call: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      await call();
    } catch (error) {
      return error;
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}

describe("a worker that throws", () => {
  it("fails runs in flight and names the cause", async () => {
    const faulty = withFault(
      workerSource,
      "run(params,input,output,residual,shared,own,from,to)",
      "(from>0&&kernels.none(),run(params,input,output,residual,shared,own,from,to))",
    );
    const { backend, alive } = await openReachable({ threads: 3 }, faulty);
    const model = await modelOn(backend);
    const cause = /worker [123] of 3 failed: TypeError: kernels.none is not a function/;
    const error = await within(
      5000,
      until(() => model.run(X)),
    );
    expect(error).toEqual(lost(cause));
    await expect(model.run(X)).rejects.toThrow(lost(cause));
    await backend.dispose();
    expect(alive()).toBe(0);
  });
});

describe("a worker beside a calling thread that joins", () => {
  it("fails runs in flight if the worker throws, and the calling thread does not wait for ever", async () => {
    const faulty = withFault(
      workerSource,
      "run(params,input,output,residual,shared,own,from,to)",
      "(kernels.none(),run(params,input,output,residual,shared,own,from,to))",
    );
    const { backend, alive } = await openReachable({ threads: 2, caller: "joins" }, faulty);
    const model = await modelOn(backend);
    const error = await within(
      5000,
      until(() => model.run(X)),
    );
    expect(error).toEqual(lost(/worker 2 of 2 failed: TypeError: kernels.none is not a function/));
    await backend.dispose();
    expect(alive()).toBe(0);
  });

  it("fails later calls if the worker is killed", async () => {
    const { backend, threads } = await openReachable({ threads: 2, caller: "joins" });
    const model = await modelOn(backend);
    void threads[0]!.terminate();
    const error = await within(
      5000,
      until(() => model.run(X)),
    );
    expect(error).toEqual(lost(/worker 2 of 2 was lost/));
    await within(1000, backend.dispose());
  });

  it("is not started for one thread, because the calling thread is that thread", async () => {
    const { backend, threads } = await openReachable({ threads: 1, caller: "joins" });
    expect(threads).toEqual([]);
    const model = await modelOn(backend);
    expect((await within(5000, model.run(X))).data.length).toBe(16 * 48 * 48);
    await within(1000, backend.dispose());
  });

  it("may do nothing: the calling thread then computes everything", async () => {
    const idle = withFault(workerSource, "takePart(team,self,waitWhile)", "undefined");
    const { backend } = await openReachable({ threads: 2, caller: "joins" }, idle);
    const model = await modelOn(backend);
    expect((await within(5000, model.run(X))).data.length).toBe(16 * 48 * 48);
    await within(1000, backend.dispose());
  });
});

describe("dispose", () => {
  it("lets runs in flight end, and leaves no worker", async () => {
    const { backend, alive } = await openReachable({ threads: 2 });
    const model = await modelOn(backend);
    const expected = (await model.run(X)).data;
    const runs = [1, 2, 3].map(() => model.run(X));
    await within(5000, backend.dispose());
    for (const run of runs)
      expect(Buffer.from((await run).data.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    expect(alive()).toBe(0);
  });
});
