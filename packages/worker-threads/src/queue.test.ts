import { describe, expect, it } from "vitest";
import type { Pool } from "./pool.js";
import { createQueue, type Queue, type QueuedStep } from "./queue.js";
import { FIELDS, MOST_STEPS, type Step } from "./team/control.js";

/** A queue over a pool that computes when it is told to, and a log of what took effect. */
function setup(joins = false) {
  const log: string[] = [];
  let alive = false;
  const pool: Pool = {
    threads: 4,
    submit(steps, threads) {
      log.push(`${steps.map(({ params }) => params).join("+")} on ${threads}`);
      return joins;
    },
    onDone: () => undefined,
    onLost: () => undefined,
    keepAlive: (busy) => void (alive = busy),
    close: async () => undefined,
  };
  const queue = createQueue(pool, ({ params }) => void log.push(`clear ${params}`));
  return { log, pool, queue, alive: () => alive };
}

const step = (params: number, ranges = 1): QueuedStep => ({
  ...(Object.fromEntries(FIELDS.map((name) => [name, 0])) as Step),
  params,
  ranges,
  macs: 1e9,
});
const act = (queue: Queue, log: string[], what: string): void =>
  queue.after({ act: () => void log.push(what), fail: (cause) => void log.push(`${what} failed: ${cause}`) });

describe("createQueue", () => {
  it("does work at once if the queue is empty", () => {
    const { log, queue } = setup();
    act(queue, log, "upload");
    expect(log).toEqual(["upload"]);
    expect(queue.idle).toBe(true);
  });

  it("makes one batch of a network, and wakes workers for it", async () => {
    const { log, pool, queue, alive } = setup();
    act(queue, log, "upload");
    for (const params of [1, 2, 3]) queue.run(step(params, params === 2 ? 2 : 1));
    act(queue, log, "read");
    expect(log).toEqual(["upload", "clear 1", "1+2+3 on 2"]);
    expect([queue.idle, alive()]).toEqual([false, true]);
    pool.onDone();
    expect(log.at(-1)).toBe("read");
    expect([queue.idle, alive()]).toEqual([true, false]);
    await Promise.resolve();
    expect(log).toHaveLength(4);
  });

  it("starts runs that nobody waits for at the end of the turn", async () => {
    const { log, queue } = setup();
    queue.run(step(1));
    queue.run(step(2));
    expect(log).toEqual([]);
    await Promise.resolve();
    expect(log).toEqual(["clear 1", "1+2 on 1"]);
  });

  it("goes on at once if the calling thread has seen the end of a batch", () => {
    const { log, queue, alive } = setup(true);
    queue.run(step(1));
    act(queue, log, "read 1");
    queue.run(step(2));
    act(queue, log, "read 2");
    expect(log).toEqual(["clear 1", "1 on 1", "read 1", "clear 2", "2 on 1", "read 2"]);
    expect([queue.idle, alive()]).toEqual([true, false]);
  });

  it("keeps the order of runs, uploads and reads", () => {
    const { log, pool, queue } = setup();
    queue.run(step(1));
    act(queue, log, "read 1");
    act(queue, log, "upload");
    queue.run(step(2));
    queue.run(step(3));
    act(queue, log, "read 3");
    pool.onDone();
    pool.onDone();
    expect(log).toEqual(["clear 1", "1 on 1", "read 1", "upload", "clear 2", "2+3 on 1", "read 3"]);
  });

  it("cuts a batch that is too long", () => {
    const { log, pool, queue } = setup();
    for (let params = 0; params < MOST_STEPS + 1; params++) queue.run(step(params));
    act(queue, log, "sync");
    pool.onDone();
    expect(log.slice(-1)).toEqual([`${MOST_STEPS} on 1`]);
    pool.onDone();
    expect(log.at(-1)).toBe("sync");
  });

  it("fails waiting and later work when the workers are lost, and computes no more", async () => {
    const { log, pool, queue } = setup();
    queue.run(step(1));
    act(queue, log, "read 1");
    queue.run(step(2));
    act(queue, log, "read 2");
    pool.onLost("gone");
    act(queue, log, "read 3");
    await Promise.resolve();
    expect(log.slice(2)).toEqual(["read 1 failed: gone", "read 2 failed: gone", "read 3 failed: gone"]);
    expect(queue.lost).toBe("gone");
  });

  it("fails all later work with the cause, if an action throws", async () => {
    const { log, pool, queue } = setup();
    queue.run(step(1));
    queue.after({
      act: () => {
        throw new TypeError("no");
      },
    });
    act(queue, log, "read");
    expect(queue.lost).toBeUndefined();
    pool.onDone();
    expect(log.at(-1)).toBe("read failed: TypeError: no");
    expect(queue.lost).toBe("TypeError: no");
  });

  it("keeps the order of ten thousand runs", async () => {
    const { log, pool, queue } = setup();
    for (let params = 0; params < 10_000; params++) queue.run(step(params));
    act(queue, log, "sync");
    while (!queue.idle) pool.onDone();
    const ran = log.filter((line) => line.includes(" on ")).flatMap((line) => line.split(" ")[0]!.split("+"));
    expect(ran).toEqual(Array.from({ length: 10_000 }, (_, params) => String(params)));
    expect(log.at(-1)).toBe("sync");
  });

  it("computes nothing that was called in the turn in which the workers were lost", async () => {
    const { log, pool, queue } = setup();
    queue.run(step(1));
    pool.onLost("gone");
    await Promise.resolve();
    expect(log).toEqual([]);
  });
});
