import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GRACE, settle, UnsettledError } from "./settle.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function world() {
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  const onIdle = (callback: () => void) => {
    listeners.add(callback);
    return () => listeners.delete(callback);
  };
  return { io: { signal: abort.signal, onIdle }, abort, listeners };
}
const reasonOf = (promise: Promise<unknown>) => promise.catch((reason: unknown) => reason);
const never = () => new Promise<never>(() => undefined);

describe("settle", () => {
  it("gives the result of the work, and stops listening", async () => {
    const { io, listeners } = world();
    expect(await settle(io, async () => 7)).toBe(7);
    await expect(
      settle(io, () => {
        throw new Error("thrown at once");
      }),
    ).rejects.toThrow("thrown at once");
    expect(listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("rejects if the process is idle, so that no answer can come", async () => {
    const { io, listeners } = world();
    const lost = reasonOf(settle(io, never));
    for (const idle of listeners) idle();
    await vi.advanceTimersByTimeAsync(GRACE);
    expect(await lost).toBeInstanceOf(UnsettledError);
  });

  it("takes an answer that comes during the grace period", async () => {
    const { io, listeners } = world();
    const late = settle(io, () => new Promise((resolve) => setTimeout(() => resolve("late"), GRACE / 2)));
    for (const idle of listeners) idle();
    await vi.advanceTimersByTimeAsync(GRACE);
    expect(await late).toBe("late");
  });

  it("rejects after the time limit, if there is a limit", async () => {
    const { io } = world();
    const lost = reasonOf(settle(io, never, { limit: 100 }));
    await vi.advanceTimersByTimeAsync(100);
    expect(await lost).toEqual(new UnsettledError(100));
    expect(String(await lost)).toBe("UnsettledError: no answer within 0.1 s");
  });

  it("stops at Ctrl-C if it may be interrupted", async () => {
    const { io, abort } = world();
    const interrupted = reasonOf(settle(io, never));
    const dispose = settle(io, () => new Promise((resolve) => setTimeout(() => resolve("done"), 5)), {
      interruptible: false,
    });
    abort.abort(new Error("interrupted"));
    expect(await interrupted).toEqual(new Error("interrupted"));
    await vi.advanceTimersByTimeAsync(5);
    expect(await dispose).toBe("done");
  });
});
