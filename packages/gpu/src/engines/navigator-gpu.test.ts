import { afterEach, describe, expect, it } from "vitest";
import { patiently, withWebGpu } from "./navigator-gpu.js";

/** Whether the package `webgpu` does not load here; gpu.test.ts says so. */
const missing = await withWebGpu(async () => false).catch(() => true);

const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
afterEach(() => {
  if (before) Object.defineProperty(globalThis, "navigator", before);
  else delete (globalThis as { navigator?: unknown }).navigator;
});

describe("withWebGpu", () => {
  it("takes the engine's own WebGPU", async () => {
    const gpu = { requestAdapter: async () => null };
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    expect(await withWebGpu(async (webGpu, isNode) => [webGpu === gpu, isNode])).toEqual([true, false]);
  });

  it.skipIf(missing && !process.env["CI"])(
    "sets a missing navigator.gpu while anyone opens, and deletes it after the last",
    async () => {
      const lent = (): unknown => (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu;
      const gates = [0, 1].map(() => {
        let open = (): void => undefined;
        return { gate: new Promise<void>((resolve) => (open = resolve)), open: () => open() };
      });
      const works = gates.map(({ gate }) =>
        withWebGpu(async (webGpu, isNode) => (await gate, [lent() === webGpu, isNode])),
      );
      for (const [index, { open }] of gates.entries()) {
        open();
        expect(await works[index]).toEqual([true, true]);
      }
      expect(lent()).toBeUndefined();
      await expect(withWebGpu(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(lent()).toBeUndefined();
    },
  );
});

describe("patiently", () => {
  it("gives the result or the error, at once or late", async () => {
    expect(await patiently(Promise.resolve(1))).toBe(1);
    expect(await patiently(new Promise((resolve) => setTimeout(() => resolve(2), 50)))).toBe(2);
    await expect(patiently(Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  });
});
