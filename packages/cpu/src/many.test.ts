/** Thousands of tensors and plans: what becomes of one does not depend on how many others there are. */

import { Session } from "node:inspector";
import { afterAll, describe, expect, it } from "vitest";
import { type Arena, createArena } from "./arena.js";
import { createWorkspace } from "./workspace.js";

const FEW = 2000;
const MANY = 8 * FEW;

const SOURCES = /packages\/cpu\/src\/(?!many)/;

/** In an order that has nothing to do with theirs in memory, so that few neighbours are free when one is given back. */
function scattered<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item, index) => ({ item, key: Math.imul(index, 0x9e3779b1) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** @param work gives steps, as `steps` counts them */
function expectLinear(work: (count: number) => number): void {
  // Eight times as many: 64 times as many steps where they are quadratic, 10 where each takes the depth of a tree.
  const few = work(FEW);
  expect(few).toBeGreaterThan(FEW);
  expect(work(MANY)).toBeLessThan(14 * few);
}

const session = new Session();
// From the start, since what was compiled before has no counters of its blocks.
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
afterAll(() => {
  session.post("Profiler.stopPreciseCoverage");
  session.disconnect();
});

/** How often the engine has entered a function or a block of this package's source since it was last asked. */
function entered(): number {
  let count = 0;
  session.post("Profiler.takePreciseCoverage", (_error, coverage) => {
    const sources = coverage.result.filter(({ url }) => SOURCES.test(url));
    const blocks = sources.flatMap(({ functions }) => functions).flatMap(({ ranges }) => ranges);
    count = blocks.reduce((sum, block) => sum + block.count, 0);
  });
  return count;
}

/** The same number in every run, whatever else the machine does meanwhile. */
function steps(work: () => void): number {
  entered();
  work();
  return entered();
}

function arenaWith(count: number): { readonly arena: Arena; readonly addresses: readonly number[] } {
  const buffer = new ArrayBuffer(2 ** 27);
  const arena = createArena({ buffer, staging: 0, grow: () => expect.fail("there is enough") }, buffer.byteLength);
  return { arena, addresses: Array.from({ length: count }, () => arena.allocate(192, "a tensor")) };
}

describe("the work grows in proportion", () => {
  it("to the tensors that are disposed", () =>
    expectLinear((count) => {
      const { arena, addresses } = arenaWith(count);
      const order = scattered(addresses);
      return steps(() => order.forEach((address) => arena.free(address)));
    }));

  it("to the tensors that are allocated while there are holes between others", () =>
    expectLinear((count) => {
      const { arena, addresses } = arenaWith(count);
      addresses.forEach((address, index) => index % 2 === 0 && arena.free(address));
      // Too large for every hole.
      return steps(() => {
        for (let i = 0; i < count; i++) arena.allocate(256, "a tensor");
      });
    }));

  it("to the plans that are disposed", () =>
    expectLinear((count) => {
      const { arena } = arenaWith(1);
      const workspace = createWorkspace(arena, 1, (address) => arena.free(address));
      const needs = Array.from({ length: count }, (_, index) => ({ shared: 0, own: 64 * (index % 8) }));
      for (const need of needs) workspace.reserve(need);
      const order = scattered(needs);
      return steps(() => order.forEach((need) => workspace.release(need)));
    }));
});
