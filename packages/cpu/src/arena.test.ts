import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KernelMemory } from "./kernel-set.js";
import { ALIGNMENT, createArena } from "./arena.js";

function testMemory({ refuseAbove = Infinity, staging = 0 } = {}): KernelMemory {
  let buffer = new ArrayBuffer(1024);
  return {
    get buffer() {
      return buffer;
    },
    staging,
    grow(bytes) {
      if (bytes > refuseAbove) throw new RangeError("no more pages");
      const grown = new ArrayBuffer(bytes);
      new Uint8Array(grown).set(new Uint8Array(buffer));
      buffer = grown;
    },
  };
}

describe("createArena", () => {
  it("never gives out address 0, and aligns to a cache line", () => {
    const arena = createArena(testMemory(), 1e6);
    for (const bytes of [1, 63, 64, 65]) expect(arena.allocate(bytes, "test") % ALIGNMENT).toBe(0);
    expect(arena.allocate(0, "test")).toBeGreaterThan(0);
  });

  it("never gives out the staging area, which counts neither as used nor towards the limit", () => {
    const arena = createArena(testMemory({ staging: 1024 }), 4096);
    const all = arena.allocate(4096, "test");
    expect(all).toBe(1024);
    expect(arena.use()).toEqual({ used: 4096, reserved: 5120 });
    expect(() => arena.allocate(1, "a tensor")).toThrow(/4096 are in use and the limit is 4096/);
    arena.free(all);
    expect(arena.use().used).toBe(0);
    expect(arena.allocate(64, "test")).toBe(1024);
  });

  it("keeps its content if the memory grows, and renews its views", () => {
    const arena = createArena(testMemory(), 1e6);
    const first = arena.allocate(64, "test");
    const before = arena.f32;
    arena.f32[first / 4] = 42;
    arena.allocate(100_000, "test");
    expect(arena.f32).not.toBe(before);
    expect(arena.f32[first / 4]).toBe(42);
  });

  it("gives freed blocks out again, and joins neighbours", () => {
    const arena = createArena(testMemory(), 1e6);
    const blocks = [1, 2, 3, 4].map(() => arena.allocate(256, "test"));
    const { reserved } = arena.use();
    for (const block of [blocks[1]!, blocks[3]!, blocks[0]!, blocks[2]!]) arena.free(block);
    expect(arena.use().used).toBe(0);
    expect(arena.allocate(1024, "test")).toBe(blocks[0]);
    expect(arena.use().reserved).toBe(reserved);
  });

  it("extends a free block at the end instead of leaving it behind", () => {
    const arena = createArena(testMemory(), 1e6);
    const block = arena.allocate(512, "test");
    arena.free(block);
    expect(arena.allocate(2048, "test")).toBe(block);
  });

  it("refuses an allocation above its limit with both sizes, and works afterwards", () => {
    const arena = createArena(testMemory(), 4096);
    const kept = arena.allocate(1024, "test");
    expect(() => arena.allocate(4096, "a tensor")).toThrow(
      expect.objectContaining({
        code: "ERR_OUT_OF_MEMORY",
        message: expect.stringMatching(/a tensor needs 4096 bytes; 1024 are in use and the limit is 4096/),
      }),
    );
    arena.free(kept);
    expect(arena.allocate(2048, "test")).toBe(kept);
  });

  it("gives ERR_OUT_OF_MEMORY with a cause if the memory does not grow", () => {
    const arena = createArena(testMemory({ refuseAbove: 2048 }), 1e6);
    expect(() => arena.allocate(4096, "a tensor")).toThrow(
      expect.objectContaining({ code: "ERR_OUT_OF_MEMORY", cause: expect.any(RangeError) }),
    );
    expect(arena.use().used).toBe(0);
  });

  it("lists the allocations of each scope apart, also if scopes are used by turns", () => {
    const arena = createArena(testMemory(), 1e6);
    const [one, other] = [arena.scope(), arena.scope()];
    const first = one.arena.allocate(64, "test");
    const second = other.arena.allocate(64, "test");
    arena.allocate(64, "test");
    const third = one.arena.allocate(100_000, "test");
    const gone = one.arena.allocate(64, "test");
    one.arena.free(gone);
    expect([...one.addresses]).toEqual([first, third]);
    expect([...other.addresses]).toEqual([second]);
    // It is the same memory, and follows it when it grows.
    one.arena.f32[third / 4] = 42;
    expect([other.arena.f32[third / 4], arena.f32[third / 4]]).toEqual([42, 42]);
    for (const address of one.addresses) arena.free(address);
    expect(arena.use().used).toBe(2 * 64);
  });

  it("gives out no byte twice, for any order of allocations and frees", () => {
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), freeIndex: fc.option(fc.nat(20)) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const arena = createArena(testMemory(), 1e7);
        const live: { address: number; bytes: number }[] = [];
        for (const { bytes, freeIndex } of list) {
          if (freeIndex !== null && live.length > 0) {
            const [gone] = live.splice(freeIndex % live.length, 1);
            arena.free(gone!.address);
          }
          const address = arena.allocate(bytes, "test");
          for (const other of live) {
            expect(address >= other.address + other.bytes || other.address >= address + bytes).toBe(true);
          }
          expect(address + bytes).toBeLessThanOrEqual(arena.use().reserved);
          live.push({ address, bytes });
        }
        for (const { address } of live) arena.free(address);
        expect(arena.use().used).toBe(0);
      }),
    );
  });
});
