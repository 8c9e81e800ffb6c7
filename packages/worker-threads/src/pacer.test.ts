import { describe, expect, it } from "vitest";
import { createPacer } from "./pacer.js";

/** A clock that only work moves, and an event loop whose turns are counted. */
function simulated() {
  let time = 0;
  let turns = 0;
  const log: string[] = [];
  const pacer = createPacer({
    now: () => time,
    nextTurn: () =>
      new Promise((resolve) => {
        setImmediate(() => {
          turns++;
          log.push("turn");
          resolve();
        });
      }),
  });
  /** So many slices of so many milliseconds each. */
  function* work(name: string, slices: number, milliseconds: number): Generator<undefined, string, undefined> {
    for (let slice = 0; slice < slices; slice++) {
      if (slice > 0) yield;
      time += milliseconds;
      log.push(name);
    }
    return name;
  }
  return { pacer, work, log, turns: () => turns };
}

describe("createPacer", () => {
  it("does short work at once", async () => {
    const { pacer, work, log } = simulated();
    const done = pacer.complete(work("a", 3, 1));
    expect(log).toEqual(["a", "a", "a"]);
    expect(await done).toBe("a");
    expect(log).toHaveLength(3);
  });

  it("gives the event loop a turn whenever 3 ms have passed", async () => {
    const { pacer, work, log } = simulated();
    await pacer.complete(work("a", 10, 1));
    expect(log.join(" ")).toBe("a a a turn a a a turn a a a turn a");
  });

  it("counts the earlier work of the same turn, such as other layers of a network", async () => {
    const { pacer, work, log } = simulated();
    for (const name of ["a", "b", "c", "d"]) await pacer.complete(work(name, 2, 1));
    expect(log.join(" ")).toBe("a a b turn b c c turn d d");
  });

  it("shares the 3 ms of a turn among all work in the turn, and completes each", async () => {
    const { pacer, work, log } = simulated();
    const names = ["a", "b", "c"];
    expect(await Promise.all(names.map((name) => pacer.complete(work(name, 3, 2))))).toEqual(names);
    for (const turn of log.join(" ").split(" turn ")) expect(turn.split(" ").length).toBeLessThanOrEqual(2);
    expect(log.filter((each) => each !== "turn")).toHaveLength(9);
  });

  it("rejects with the work's error, and continues with other work", async () => {
    const { pacer, work } = simulated();
    const failing = (function* (): Generator<undefined, never, undefined> {
      yield;
      throw new Error("broken");
    })();
    await expect(pacer.complete(failing)).rejects.toThrow("broken");
    expect(await pacer.complete(work("a", 9, 1))).toBe("a");
  });
});
