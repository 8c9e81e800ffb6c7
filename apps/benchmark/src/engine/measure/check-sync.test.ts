import { describe, expect, it } from "vitest";
import { checkSync } from "./check-sync.js";

/**
 * A backend on a simulated clock. A run takes `work`, and the part `waited` of it (from 0 to 1) is over when `sync` returns. A read
 * takes `copy`, after the rest of the work. `hiccups` are other work of the machine in the first read of each pair.
 */
function simulation({ work = 1, waited = 1, copy = 0.1, hiccups = [] as readonly number[] }) {
  let clock = 0;
  let left = 0;
  let reads = 0;
  let runs = 0;
  const backend = {
    run: async (count: number) => {
      runs += count;
      clock += work * count * waited + 1e-4;
      left = work * count * (1 - waited);
    },
    read: async () => {
      clock += left + copy + (reads % 2 === 0 ? (hiccups[reads / 2] ?? 0) : 0);
      left = 0;
      reads++;
    },
  };
  return { check: () => checkSync(backend, () => clock), runs: () => runs };
}

describe("a sync that waits", () => {
  it.each([
    ["for very short work", { work: 0.001 }],
    ["for work of a minute", { work: 60_000 }],
    ["where a copy takes far longer than the work", { work: 0.01, copy: 50 }],
    ["where reading again is no slower", { work: 0.5, copy: 0 }],
  ])("%s is accepted", async (_, settings) => {
    await simulation(settings).check();
  });

  it("passes if other work of the machine disturbs it a few times", async () => {
    for (const hiccups of [[100], [100, 100], [100, 100, 100]]) await simulation({ hiccups }).check();
  });

  it("passes after one run if the run is long enough", async () => {
    const { check, runs } = simulation({ work: 20 });
    await check();
    expect(runs()).toBe(1);
  });
});

describe("a sync that returns too early", () => {
  it.each([
    ["for very short work", { work: 0.001, waited: 0 }],
    ["for work of a minute", { work: 60_000, waited: 0 }],
    ["where a copy takes far longer than one run", { work: 0.01, copy: 50, waited: 0 }],
    ["after a third of the work", { work: 0.5, waited: 1 / 3 }],
  ])("%s is refused", async (_, settings) => {
    await expect(simulation(settings).check()).rejects.toThrow(/^sync came back before the work was done: after /);
  });

  it("is reported with its times", async () => {
    await expect(simulation({ work: 20, waited: 0, copy: 1 }).check()).rejects.toThrow(
      "sync came back before the work was done: after 1 run it took 0.0001 ms, reading the output after it 21.00 ms, and " +
        "reading the output again 1.000 ms. No time can be measured on a backend whose sync does not wait",
    );
  });
});
