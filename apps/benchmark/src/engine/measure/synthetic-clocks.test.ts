/**
 * The statistics are right if the truth is known: two subjects with simulated times on a simulated clock. The seed is fixed, so every
 * run is the same.
 */

import { randomSource } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { compareRatio, pairedRatio } from "../paired-ratio.js";
import { measure, type Subject } from "./measure.js";

const TRIALS = 1000;

interface World {
  /** The factor by which disturbances change the time of a run, at a time of the simulated clock. */
  readonly disturbance: (random: () => number, now: number) => (now: number) => number;
  readonly clockStep?: number;
}

/** A normally distributed number, by Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const noise = (random: () => number, sigma: number): number => Math.exp(sigma * normal(random));

const WORLDS: Readonly<Record<string, World>> = {
  "plain noise": { disturbance: (random) => () => noise(random, 0.03) },
  // A measurement of half a second becomes a tenth slower, and another one a tenth faster.
  drift: {
    disturbance: (random) => {
      const slope = (random() - 0.5) * 4e-4;
      return (now) => (1 + slope * now) * noise(random, 0.02);
    },
  },
  spikes: { disturbance: (random) => () => noise(random, 0.02) * (random() < 0.1 ? 1 + 3 * random() : 1) },
  // Each sample is in one of two modes, independent of the others.
  "two modes": { disturbance: (random) => () => noise(random, 0.01) * (random() < 0.4 ? 1.25 : 1) },
  // The machine changes its clock rate now and then, for all subjects.
  "two modes of the machine": {
    disturbance: (random) => {
      const phase = 100 * random();
      return (now) => noise(random, 0.01) * (Math.floor((now + phase) / 80) % 2 === 0 ? 1 : 1.3);
    },
  },
  "a coarse timer": { disturbance: (random) => () => noise(random, 0.03), clockStep: 0.1 },
  "a very coarse timer": { disturbance: (random) => () => noise(random, 0.03), clockStep: 1 },
};

/** One comparison of a subject that takes `ratio` times as long as another. */
async function trial({ disturbance, clockStep = 0 }: World, ratio: number, random: () => number) {
  // The phase of the clock's steps is random.
  let now = random() * 10;
  const disturb = disturbance(random, now);
  const subject = (single: number): Subject => ({
    run: async (count) => {
      now += single * count * disturb(now);
    },
  });
  const single = 0.5 + random();
  const outcomes = await measure([subject(single), subject(single * ratio)], {
    budget: 250,
    precision: 0.02,
    clockStep,
    // The time between two samples is not zero.
    pause: async () => {
      now += 0.3 * random();
    },
    now: () => (clockStep === 0 ? now : Math.floor(now / clockStep) * clockStep),
  });
  const [base, other] = outcomes.map((outcome) => {
    if ("error" in outcome) throw outcome.error;
    return outcome;
  });
  const clockShare = [base!, other!].reduce(
    (sum, { samples, runsPerSample }) => sum + clockStep / (runsPerSample * Math.min(...samples)),
    0,
  );
  return pairedRatio(other!.samples, base!.samples, { clockShare });
}

describe.each(Object.entries(WORLDS))("%s", (name, world) => {
  it("the interval holds the true ratio in at least 93 % of trials", async () => {
    const random = uniform(name, 1);
    let held = 0;
    for (let at = 0; at < TRIALS; at++) {
      const truth = 0.8 + 0.5 * random();
      const { interval } = await trial(world, truth, random);
      if (interval && interval.low <= truth && truth <= interval.high) held++;
    }
    expect(held / TRIALS).toBeGreaterThanOrEqual(0.93);
  });

  it("a subject is equal to itself in at least 95 % of trials", async () => {
    const random = uniform(name, 2);
    let equal = 0;
    for (let at = 0; at < TRIALS; at++) if (compareRatio(await trial(world, 1, random)) === "equal") equal++;
    expect(equal / TRIALS).toBeGreaterThanOrEqual(0.95);
  });

  it("a subject that takes a fifth longer is slower", async () => {
    const random = uniform(name, 3);
    let slower = 0;
    for (let at = 0; at < 200; at++) if (compareRatio(await trial(world, 1.2, random)) === "slower") slower++;
    expect(slower / 200).toBeGreaterThanOrEqual(name === "two modes" ? 0.5 : 0.9);
  });
});

function uniform(name: string, seed: number): () => number {
  return randomSource(seed * 1000 + name.length * 7);
}
