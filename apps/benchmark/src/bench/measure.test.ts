import { describe, expect, it } from "vitest";
import { measure } from "./measure.js";

/** A clock that only moves while a subject runs, and a log of who ran how often. */
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
  it("takes samples in turn, as many of each", async () => {
    const { subjects, log, now } = simulation({ a: 1, b: 10 });
    const [a, b] = await measure(subjects, { budget: 100, pause, now });
    expect(a!.samples).toHaveLength(10);
    expect(b!.samples).toHaveLength(10);
    expect(log.slice(-20).join("")).toBe("ab".repeat(10));
  });

  it("gives the time of one run, whatever the batch", async () => {
    const { subjects, now } = simulation({ quick: 0.25, slow: 20 });
    const [quick, slow] = await measure(subjects, { budget: 100, pause, now });
    expect(quick!.runsPerSample).toBe(80);
    expect(new Set(quick!.samples)).toEqual(new Set([0.25]));
    expect(slow!.runsPerSample).toBe(1);
    expect(new Set(slow!.samples)).toEqual(new Set([20]));
  });

  it("takes five samples at least, but three where one run takes longer than the budget", async () => {
    const fits = simulation({ a: 90 });
    expect((await measure(fits.subjects, { budget: 100, pause, now: fits.now }))[0]!.samples).toHaveLength(5);
    const exceeds = simulation({ a: 110 });
    expect((await measure(exceeds.subjects, { budget: 100, pause, now: exceeds.now }))[0]!.samples).toHaveLength(3);
  });

  it("takes no more samples than are of use", async () => {
    const { subjects, now } = simulation({ a: 0.001 });
    const [a] = await measure(subjects, { budget: 100, pause, now });
    expect(a!.samples).toHaveLength(50);
    expect(a!.runsPerSample).toBe(2000);
  });

  it("stops where pause throws", async () => {
    const { subjects, log, now } = simulation({ a: 1 });
    let left = 3;
    const stop = async (): Promise<void> => {
      if (left-- === 0) throw new Error("enough");
    };
    await expect(measure(subjects, { budget: 1000, pause: stop, now })).rejects.toThrow("enough");
    expect(log).toHaveLength(3);
  });
});
