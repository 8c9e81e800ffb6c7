/** Thousands of tensors and plans: what becomes of one does not depend on how many others there are. */

import { describe, expect, it } from "vitest";
import { type Arena, createArena } from "./arena.js";
import { createWorkspace } from "./workspace.js";

const FEW = 2000;
const MANY = 8 * FEW;

/** In an order that has nothing to do with theirs in memory, so that few neighbours are free when one is given back. */
function scattered<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item, index) => ({ item, key: Math.imul(index, 0x9e3779b1) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** @param work gives milliseconds */
function expectLinear(work: (count: number) => number): void {
  const best = (count: number): number => Math.min(...Array.from({ length: 5 }, () => work(count)));
  const few = best(FEW);
  // Eight times as many: 64 times as long where it is quadratic.
  expect(best(MANY)).toBeLessThan(28 * Math.max(few, 1));
}

/** Of the processor, so that nothing else that runs meanwhile counts. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function arenaWith(count: number): { readonly arena: Arena; readonly addresses: readonly number[] } {
  const buffer = new ArrayBuffer(2 ** 27);
  const arena = createArena({ buffer, staging: 0, grow: () => expect.fail("there is enough") }, buffer.byteLength);
  return { arena, addresses: Array.from({ length: count }, () => arena.allocate(192, "a tensor")) };
}

describe("time is in proportion", { timeout: 60_000 }, () => {
  it("to the tensors that are disposed", () =>
    expectLinear((count) => {
      const { arena, addresses } = arenaWith(count);
      const order = scattered(addresses);
      return timed(() => order.forEach((address) => arena.free(address)));
    }));

  it("to the tensors that are allocated between others", () =>
    expectLinear((count) => {
      const { arena, addresses } = arenaWith(count);
      addresses.forEach((address, index) => index % 2 === 0 && arena.free(address));
      // Too large for every hole.
      return timed(() => {
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
      return timed(() => order.forEach((need) => workspace.release(need)));
    }));
});
