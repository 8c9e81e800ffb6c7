import { describe, expect, it } from "vitest";
import { measure as measureAny, type MeasureOptions, type Measurement, type Subject } from "./measure.js";

/** Measures subjects that do not fail. */
async function measure(subjects: readonly Subject[], options: MeasureOptions): Promise<readonly Measurement[]> {
  return (await measureAny(subjects, options)) as readonly Measurement[];
}

/** A clock that only moves while a subject runs, and a log of the runs of each subject. */
function simulation(times: Readonly<Record<string, number>>) {
  let clock = 0;
  const log: string[] = [];
  const subjects = Object.entries(times).map(([name, time]) => ({
    run: async (count: number) => {
      clock += time * count;
      log.push(name);
    },
  }));
  return { subjects, log, now: () => clock };
}

const pause = async (): Promise<void> => undefined;

describe("measure", () => {
  it("takes samples in turn, the same number of each subject", async () => {
    const { subjects, log, now } = simulation({ a: 1, b: 10 });
    const [a, b] = await measure(subjects, { budget: 100, pause, now });
    expect(a!.samples).toHaveLength(10);
    expect(b!.samples).toHaveLength(10);
    expect(log.slice(-20).join("")).toBe("abba".repeat(5));
  });

  it("gives the time of one run, for any number of runs in a sample", async () => {
    const { subjects, now } = simulation({ quick: 0.25, slow: 20 });
    const [quick, slow] = await measure(subjects, { budget: 100, pause, now });
    expect(quick!.runsPerSample).toBe(66);
    expect(new Set(quick!.samples)).toEqual(new Set([0.25]));
    expect(slow!.runsPerSample).toBe(1);
    expect(new Set(slow!.samples)).toEqual(new Set([20]));
  });

  it("takes at least six samples, or three if one run takes longer than the budget", async () => {
    const fits = simulation({ a: 90 });
    expect((await measure(fits.subjects, { budget: 100, pause, now: fits.now }))[0]!.samples).toHaveLength(6);
    const exceeds = simulation({ a: 110 });
    expect((await measure(exceeds.subjects, { budget: 100, pause, now: exceeds.now }))[0]!.samples).toHaveLength(3);
  });

  it("takes no more samples than it needs", async () => {
    const { subjects, now } = simulation({ a: 0.001 });
    const [a] = await measure(subjects, { budget: 100, pause, now });
    expect(a!.samples).toHaveLength(50);
    expect(a!.runsPerSample).toBe(2000);
  });

  it("stops if pause throws", async () => {
    const { subjects, log, now } = simulation({ a: 1 });
    let left = 3;
    const stop = async (): Promise<void> => {
      if (left-- === 0) throw new Error("enough");
    };
    await expect(measure(subjects, { budget: 1000, pause: stop, now })).rejects.toThrow("enough");
    expect(log).toHaveLength(3);
  });

  it.each([1, 4, 20])("goes on without a subject that fails in its %ith run", async (last) => {
    const { subjects, now } = simulation({ a: 1, b: 10 });
    let left = last;
    const failing: Subject = {
      run: async () => {
        if (--left === 0) throw new Error("no more");
      },
    };
    const outcomes = await measureAny([subjects[0]!, failing, subjects[1]!], {
      budget: 100,
      pause,
      now: clockThatMoves(now),
    });
    expect(outcomes[1]).toEqual({ error: new Error("no more") });
    for (const index of [0, 2]) expect((outcomes[index] as Measurement).samples.length).toBeGreaterThanOrEqual(5);
  });

  it("has no figure if all subjects fail", async () => {
    const failing: Subject = {
      run: async () => {
        throw new Error("no");
      },
    };
    expect(await measureAny([failing], { budget: 10, pause })).toEqual([{ error: new Error("no") }]);
  });

  it("stops without a failure if pause throws after an error", async () => {
    let stopped = false;
    const failing: Subject = {
      run: async () => {
        stopped = true;
        throw new Error("torn down");
      },
    };
    const stop = async (): Promise<void> => {
      if (stopped) throw new Error("enough");
    };
    await expect(measureAny([failing], { budget: 10, pause: stop })).rejects.toThrow("enough");
  });

  it("keeps the guard out of the time", async () => {
    const { subjects, now } = simulation({ a: 1 });
    let late = 0;
    const [a] = await measure(subjects, {
      budget: 10,
      pause,
      guard: async (sample) => {
        const value = await sample();
        late += 5;
        return value;
      },
      now: () => now() + late,
    });
    expect(new Set(a!.samples)).toEqual(new Set([1]));
  });
});

/** A clock that also moves a little by itself, because the warm-up of a subject that takes no time would never end. */
function clockThatMoves(now: () => number): () => number {
  let ticks = 0;
  return () => now() + ++ticks;
}
