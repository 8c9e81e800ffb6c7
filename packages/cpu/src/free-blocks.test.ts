import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, createFreeBlocks } from "./free-blocks.js";

describe("createFreeBlocks", () => {
  it("is empty at first", () => {
    const blocks = createFreeBlocks();
    expect(blocks.take(1)).toBeUndefined();
    expect(blocks.takeEndingAt(64)).toBeUndefined();
  });

  it("takes from the front of the first block that is large enough", () => {
    const blocks = createFreeBlocks();
    for (const block of [
      { address: 900, bytes: 50 },
      { address: 100, bytes: 10 },
      { address: 300, bytes: 50 },
    ]) {
      blocks.add(block);
    }
    expect(blocks.take(20)).toBe(300);
    expect(blocks.take(20)).toBe(320);
    expect(blocks.take(20)).toBe(900);
    expect(blocks.take(10)).toBe(100);
    expect(blocks.take(31)).toBeUndefined();
  });

  it("joins a block to both of its neighbours", () => {
    const blocks = createFreeBlocks();
    blocks.add({ address: 100, bytes: 10 });
    blocks.add({ address: 120, bytes: 10 });
    expect(blocks.take(20)).toBeUndefined();
    blocks.add({ address: 110, bytes: 10 });
    expect(blocks.takeEndingAt(130)).toEqual({ address: 100, bytes: 30 });
    expect(blocks.take(1)).toBeUndefined();
  });

  it("is a sorted list of blocks, whatever is added and taken", () => {
    // What it is held to: a map of bytes, each free or not.
    const SIZE = 64;
    const step = fc.record({ take: fc.boolean(), bytes: fc.integer({ min: 1, max: 12 }), at: fc.nat(SIZE - 1) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const blocks = createFreeBlocks();
        const free = Array.from({ length: SIZE }, () => false);
        const taken: { readonly got: number | undefined; readonly expected: number | undefined }[] = [];
        for (const { take, bytes, at } of steps) {
          if (take) {
            const expected = free.findIndex(
              (_, from) => free.slice(from, from + bytes).filter(Boolean).length === bytes,
            );
            taken.push({ got: blocks.take(bytes), expected: expected < 0 ? undefined : expected });
            if (expected >= 0) free.fill(false, expected, expected + bytes);
          } else if (at + bytes <= SIZE && !free.slice(at, at + bytes).includes(true)) {
            blocks.add({ address: at, bytes });
            free.fill(true, at, at + bytes);
          }
        }
        for (const { got, expected } of taken) expect(got).toBe(expected);
        const rest: Block[] = [];
        for (let end = SIZE; end > 0; end--) {
          const block = blocks.takeEndingAt(end);
          if (block) rest.push(block);
        }
        expect(
          rest.flatMap(({ address, bytes }) => Array.from({ length: bytes }, (_, i) => address + i)).sort(byValue),
        ).toEqual([...free.keys()].filter((at) => free[at]));
        // Neighbours have been joined.
        for (const { address } of rest) expect(free[address - 1] ?? false).toBe(false);
      }),
    );
  });
});

function byValue(a: number, b: number): number {
  return a - b;
}
