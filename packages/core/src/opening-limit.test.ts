import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limitOpening, OPENING_LIMIT } from "./opening-limit.js";

describe("limitOpening", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("calls the function once, after the given seconds, and leaves no timer", () => {
    const late = vi.fn<() => void>();
    limitOpening(late, 3);
    vi.advanceTimersByTime(2999);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(late).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits OPENING_LIMIT seconds by default", () => {
    const late = vi.fn<() => void>();
    limitOpening(late);
    vi.advanceTimersByTime(1000 * OPENING_LIMIT - 1);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(late).toHaveBeenCalledOnce();
  });

  it("can be cancelled, also twice, and leaves no timer", () => {
    const late = vi.fn<() => void>();
    const cancel = limitOpening(late, 3);
    vi.advanceTimersByTime(2000);
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(late).not.toHaveBeenCalled();
  });
});

describe("a thread that was blocked", () => {
  it("takes an answer that came while the thread was blocked", async () => {
    const channel = new MessageChannel();
    const said = await new Promise<string>((resolve) => {
      const cancel = limitOpening(() => resolve("late"), 2);
      channel.port1.addEventListener("message", () => {
        cancel();
        resolve("the answer");
      });
      channel.port1.start();
      channel.port2.postMessage("ready");
      const until = performance.now() + 2500;
      while (performance.now() < until);
    });
    channel.port1.close();
    expect(said).toBe("the answer");
  });
});
