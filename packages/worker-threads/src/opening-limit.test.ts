import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withOpeningLimit } from "./opening-limit.js";
import type { StartThread, Thread, ThreadEvents } from "./thread.js";

const LATE = "it was started, and has not answered within 30 s";

const nothing = (): void => undefined;

/** Workers that say what they are told to. */
function fakes() {
  const inner: ThreadEvents[] = [];
  const startThread: StartThread = (_source, _name, events) => {
    inner.push(events);
    return { post: nothing, terminate: async () => undefined, ref: nothing, unref: nothing };
  };
  const start = withOpeningLimit(startThread);
  const lost: [number, string][] = [];
  const answers: [number, string][] = [];
  const threads: Thread[] = [0, 1].map((self) =>
    start("", "", {
      answer: ({ kind }) => answers.push([self, kind]),
      lost: (cause) => lost.push([self, cause]),
    }),
  );
  return { inner, threads, lost, answers };
}

describe("withOpeningLimit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("reports the workers that never answer as lost, once, and leaves no timer", () => {
    const { lost } = fakes();
    vi.advanceTimersByTime(29_999);
    expect(lost).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lost).toEqual([
      [0, LATE],
      [1, LATE],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("counts from the last answer of any worker", () => {
    const { inner, lost, answers } = fakes();
    vi.advanceTimersByTime(20_000);
    inner[1]!.answer({ kind: "ready" });
    vi.advanceTimersByTime(29_000);
    expect(lost).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(lost).toEqual([[0, LATE]]);
    expect(answers).toEqual([[1, "ready"]]);
  });

  it("has no timer after all workers have answered, and passes later answers and losses on", () => {
    const { inner, lost, answers } = fakes();
    for (const events of inner) events.answer({ kind: "ready" });
    expect(vi.getTimerCount()).toBe(0);
    inner[0]!.answer({ kind: "done" });
    inner[0]!.lost("it exited with code 1");
    expect(answers).toHaveLength(3);
    expect(lost).toEqual([[0, "it exited with code 1"]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has no timer if workers are lost or ended before they answered", async () => {
    const { inner, threads, lost } = fakes();
    inner[0]!.lost("it exited with code 1");
    await threads[1]!.terminate();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(lost).toEqual([[0, "it exited with code 1"]]);
  });
});
