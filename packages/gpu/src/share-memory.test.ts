import { describe, expect, it } from "vitest";
import { shareMemory } from "./share-memory.js";

const row = (width: number) => ({ planes: 1, height: 1, width });
const any = (): boolean => true;

describe("shareMemory", () => {
  it("needs two objects for a chain, the larger ones", () => {
    const lifetimes = [0, 1, 2, 3, 4].map((from) => ({ from, to: from + 1 }));
    expect(shareMemory(lifetimes, [4, 9, 3, 5, 1].map(row), any)).toEqual([
      { largest: 1, users: [1, 3] },
      { largest: 0, users: [0, 2, 4] },
    ]);
  });

  it("gives a tensor with a long lifetime its own object", () => {
    const lifetimes = [
      { from: 0, to: 3 },
      { from: 1, to: 2 },
      { from: 3, to: 4 },
    ];
    expect(shareMemory(lifetimes, [1, 1, 1].map(row), any)).toEqual([
      { largest: 0, users: [0] },
      { largest: 1, users: [1, 2] },
    ]);
  });

  it("shares an object only if the tensor fits", () => {
    const lifetimes = [0, 2, 4].map((from) => ({ from, to: from + 1 }));
    const same = (a: { width: number }, b: { width: number }): boolean => a.width === b.width;
    expect(shareMemory(lifetimes, [2, 1, 2].map(row), same)).toEqual([
      { largest: 0, users: [0, 2] },
      { largest: 1, users: [1] },
    ]);
  });
});
