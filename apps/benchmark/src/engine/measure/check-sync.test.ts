import { describe, expect, it } from "vitest";
import { checkSync } from "./check-sync.js";

/**
 * A backend in a clock of its own: a run takes `work`, of which `waited` (from 0 to 1) is over when `sync` comes back, and a
 * read takes `copy` more than what is still going on. `hiccups`: what else the machine does in the first read of each pair.
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
    ["for work of an instant", { work: 0.001 }],
    ["for work of a minute", { work: 60_000 }],
    ["where a copy takes far longer than the work", { work: 0.01, copy: 50 }],
    ["where reading again is no slower", { work: 0.5, copy: 0 }],
  ])("%s is believed", async (_, settings) => {
    await simulation(settings).check();
  });

  it("is believed where something else got in the way, a few times", async () => {
    for (const hiccups of [[100], [100, 100], [100, 100, 100]]) await simulation({ hiccups }).check();
  });

  it("takes one run to believe where that is long enough to tell", async () => {
    const { check, runs } = simulation({ work: 20 });
    await check();
    expect(runs()).toBe(1);
  });
});

describe("a sync that comes back too soon", () => {
  it.each([
    ["for work of an instant", { work: 0.001, waited: 0 }],
    ["for work of a minute", { work: 60_000, waited: 0 }],
    ["where a copy takes far longer than one run", { work: 0.01, copy: 50, waited: 0 }],
    ["after a third of the work", { work: 0.5, waited: 1 / 3 }],
  ])("%s is not", async (_, settings) => {
    await expect(simulation(settings).check()).rejects.toThrow(/^sync came back before the work was done: after /);
  });

  it("is told with its times", async () => {
    await expect(simulation({ work: 20, waited: 0, copy: 1 }).check()).rejects.toThrow(
      "sync came back before the work was done: after 1 run it took 0.0001 ms, reading the output after it 21.00 ms, and " +
        "reading the output again 1.000 ms. No time can be measured on a backend whose sync does not wait",
    );
  });
});
