import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createDisposedMemories, MOST_REUSED } from "./disposed-memories.js";

const PAGE = 65536;
const memoryOf = (pages: number, maximum = 2048): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: pages, maximum, shared: true });

describe("createDisposedMemories", () => {
  it("gives a disposed memory once to a backend with the same maximum", () => {
    const memories = createDisposedMemories();
    const memory = memoryOf(3);
    memories.give(memory, 2048, true);
    expect(memories.take(1024)).toBeUndefined();
    expect(memories.take(2048)).toBe(memory);
    // A memory is given once.
    expect(memories.take(2048)).toBeUndefined();
  });

  it("gives no memory that may still be written to, and no large memory", () => {
    const memories = createDisposedMemories();
    const [unsafe, large] = [memoryOf(1), memoryOf(MOST_REUSED / PAGE + 1)];
    memories.give(unsafe, 2048, false);
    memories.give(large, 2048, true);
    expect(memories.take(2048)).toBeUndefined();
  });

  it("does not keep a memory from being collected", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const memories = createDisposedMemories();
    const dead = new WeakRef(giveOne(memories));
    await expect
      .poll(() => {
        collect();
        return dead.deref() === undefined;
      })
      .toBe(true);
    expect(memories.take(2048)).toBeUndefined();
  });
});

/** In a function of its own, so that nothing holds it afterwards. */
function giveOne(memories: ReturnType<typeof createDisposedMemories>): WebAssembly.Memory {
  const memory = memoryOf(1);
  memories.give(memory, 2048, true);
  return memory;
}
