import type { Backend } from "@convene/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withinLimit } from "./within-limit.js";

describe("withinLimit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const backend = (): Backend => ({ dispose: vi.fn<() => Promise<void>>(async () => undefined) }) as unknown as Backend;

  it("gives the opened device, and leaves no timer", async () => {
    const opened = backend();
    expect(await withinLimit(async () => opened, "WebGPU")).toBe(opened);
    expect(vi.getTimerCount()).toBe(0);
    expect(opened.dispose).not.toHaveBeenCalled();
  });

  it("fails with the error of opening, and leaves no timer", async () => {
    const error = new Error("no driver");
    await expect(withinLimit(() => Promise.reject(error), "WebGPU")).rejects.toBe(error);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("rejects if a driver never answers, names the step, and leaves no timer", async () => {
    const opening = withinLimit(() => new Promise(() => undefined), "WebGPU", 60);
    const refused = opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await refused).toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      backend: "gpu",
      reason: expect.stringMatching(/^WebGPU has not opened within 60 s: an adapter.* was waited for$/),
      remedy: expect.stringContaining("@convene/cpu"),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("disposes a device that comes too late", async () => {
    const opened = backend();
    let come = (_backend: Backend): void => undefined;
    const opening = withinLimit(() => new Promise<Backend>((resolve) => (come = resolve)), "WebGPU", 60);
    const refused = opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await refused).toMatchObject({ message: expect.stringContaining("within 60 s") });
    come(opened);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened.dispose).toHaveBeenCalledOnce();
  });
});
