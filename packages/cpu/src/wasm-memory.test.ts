/** Engines that refuse to reserve many addresses, as those of some phones and containers do. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu } from "./index.js";
import { STAGING } from "./wasm-copies.js";
import { reserveWasmMemory } from "./wasm-memory.js";

afterEach(() => vi.unstubAllGlobals());

const ASKER = { backend: "cpu", remedy: "Do without" };
const GIB = 2 ** 30;
const PAGE = 65536;

/** Refuses memories that may grow beyond `most` bytes. @returns how many bytes it was asked for, one after another; a page after each refusal that was for good */
function refuseAbove(most: number): readonly number[] {
  const asked: number[] = [];
  const { Memory, validate, instantiate } = WebAssembly;
  vi.stubGlobal("WebAssembly", {
    validate,
    instantiate,
    Memory: function (descriptor: WebAssembly.MemoryDescriptor) {
      asked.push(descriptor.maximum! * PAGE);
      if (asked.at(-1)! > most) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
      return new Memory(descriptor);
    },
  });
  return asked;
}

describe("a memory for which the caller gave no size", () => {
  it("is the largest memory if the engine gives it", () => {
    const asked = refuseAbove(Infinity);
    expect(reserveWasmMemory(ASKER, undefined, false).maxMemory).toBe(4 * GIB - PAGE - STAGING);
    expect(asked).toEqual([4 * GIB - PAGE]);
  });

  it.each([true, false])("is halved until the engine reserves it (shared: %j)", (shared) => {
    const asked = refuseAbove(GIB);
    const { memory, maxMemory } = reserveWasmMemory(ASKER, undefined, shared);
    expect(asked.filter((bytes) => bytes > PAGE)).toEqual([4 * GIB - PAGE, 2 * GIB, GIB]);
    expect(maxMemory).toBe(GIB - STAGING);
    expect(memory.buffer.byteLength).toBe(STAGING);
  });

  it("is an error if the engine refuses 256 MiB", () => {
    const asked = refuseAbove(GIB / 4 - 1);
    expect(() => reserveWasmMemory(ASKER, undefined, false)).toThrow(
      expect.objectContaining({
        code: "ERR_OUT_OF_MEMORY",
        message: "cpu could not reserve 268435456 bytes of addresses. Lower maxMemory",
        cause: expect.any(RangeError),
      }),
    );
    expect(asked.filter((bytes) => bytes > PAGE)).toEqual([4 * GIB - PAGE, 2 * GIB, GIB, GIB / 2, GIB / 4]);
  });
});

it("if the engine gives no page, the backend is unavailable, and its error has a remedy", () => {
  refuseAbove(0);
  for (const maxMemory of [undefined, 100_000]) {
    expect(() => reserveWasmMemory(ASKER, maxMemory, false)).toThrow(
      expect.objectContaining({
        code: "ERR_BACKEND_UNAVAILABLE",
        reason: expect.stringMatching(/guard regions.*ulimit -v/),
        remedy: expect.stringMatching(/--disable-wasm-trap-handler .*Otherwise: Do without$/),
      }),
    );
  }
});

it("a memory of a given size has this size, or there is an error", () => {
  const asked = refuseAbove(GIB);
  expect(() => reserveWasmMemory(ASKER, 2 * GIB, false)).toThrow(/could not reserve 2147549184 bytes/);
  expect(asked.filter((bytes) => bytes > PAGE)).toEqual([2 * GIB + STAGING]);
  expect(reserveWasmMemory(ASKER, 100_000, false).maxMemory).toBe(100_000);
});

describe("cpu()", () => {
  it("names the size that the engine reserved, if memory is used up", async () => {
    refuseAbove(GIB / 2);
    const backend = await cpu();
    expect(() => backend.allocate([1, 1, 16384, 16384])).toThrow(/the limit is 536805376\./);
    await backend.dispose();
  });

  it("rejects if the engine refuses the given size", async () => {
    const asked = refuseAbove(GIB / 2);
    await expect(cpu({ maxMemory: GIB })).rejects.toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
    expect(asked.filter((bytes) => bytes > PAGE)).toEqual([GIB + STAGING]);
  });
});
