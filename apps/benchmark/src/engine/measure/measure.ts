/**
 * Timing several subjects so that their ratios are fair: all in one run, in turn (A B, B A, A B, ...), after a warm-up, in
 * samples long enough for the clock, until the ratios are known well enough or the time is up. It knows nothing of convolutions.
 */

import { pairedRatio, relativeWidth } from "../paired-ratio.js";
import { median, medianInterval } from "../statistics.js";

/** Something to time. */
export interface Subject {
  /** Runs it `count` times, and comes back when all of them have finished. */
  run(count: number): Promise<void>;
}

export interface MeasureOptions {
  /** The most milliseconds to spend on each subject's samples. */
  readonly budget: number;
  /**
   * Rounds end where each subject's ratio to the first one has an interval no wider than this share of it; the interval of the median
   * itself, where there is one subject. Default: rounds end when the budget is spent.
   */
  readonly precision?: number;
  /** The smallest step of the clock, in milliseconds. Samples are many times longer. Default 0. */
  readonly clockStep?: number;
  /** Called before each sample, outside the timed part; may throw to stop. */
  readonly pause: () => Promise<void>;
  /** Awaits one sample, clock included; for whoever must not wait for ever. Default: just awaits it. */
  readonly guard?: (sample: () => Promise<number>) => Promise<number>;
  /** Called after each round with what there is, outside the timed part. */
  readonly onRound?: (outcomes: readonly Outcome[]) => void;
  /** Milliseconds; replaced in tests. */
  readonly now?: () => number;
}

export interface Measurement {
  /** Milliseconds of one run, one entry a sample; the mean where a sample has several runs. Round by round, so the n-th samples of all subjects were taken next to each other. */
  readonly samples: readonly number[];
  /** Runs in each sample. */
  readonly runsPerSample: number;
}

/** Fewer samples than this have no interval. */
const ENOUGH_SAMPLES = 6;
/** What a subject gets that is slower than the whole budget: a median, and a warning. */
const LEAST_SAMPLES = 3;
const MOST_SAMPLES = 50;
/** Of the budget, before the first sample: caches fill, and the engine compiles what is hot. */
const WARM_UP_SHARE = 0.25;
/** A sample is so many steps of the clock long: the clock is then off by a hundredth at most. */
const STEPS = 100;
/** After how many rounds it is asked whether they suffice. Each asking is a chance to stop by luck, so there are few. */
const LOOKS: ReadonlySet<number> = new Set([12, 20, 30, 40]);

/** What became of a subject: its samples, or why it has none. */
export type Outcome = Measurement | { readonly error: unknown };

/**
 * Times the subjects. Each gets as many samples as the others, so that every round pairs one of each; a faster subject
 * runs more often within a sample, so that all use about the same time. One that throws is left out from then on, and
 * the others go on without it.
 */
export async function measure(subjects: readonly Subject[], options: MeasureOptions): Promise<readonly Outcome[]> {
  const { budget, precision, clockStep = 0, pause, onRound } = options;
  const { guard = (sample) => sample(), now = () => performance.now() } = options;
  const errors = new Map<Subject, { readonly error: unknown }>();
  let stopped = false;
  const pauseOrStop = async (): Promise<void> => {
    stopped = true;
    await pause();
    stopped = false;
  };
  const time = async (subject: Subject, count: number): Promise<number> => {
    await pauseOrStop();
    return guard(async () => {
      const start = now();
      await subject.run(count);
      return (now() - start) / count;
    });
  };
  /** Those who have not failed, one after the other. */
  const each = async (order: readonly Subject[], work: (subject: Subject) => Promise<void>): Promise<void> => {
    for (const subject of order.filter((one) => !errors.has(one))) {
      try {
        await work(subject);
      } catch (error) {
        // What stops the whole may have failed this one first.
        if (!stopped) await pauseOrStop();
        if (stopped) throw error;
        errors.set(subject, { error });
      }
    }
  };

  const once = new Map<Subject, number>();
  await each(subjects, async (subject) => {
    once.set(subject, await warmUp((count) => time(subject, count), budget * WARM_UP_SHARE));
  });
  const slowest = Math.max(...once.values());
  const shortest = STEPS * clockStep;
  const least = slowest > budget ? LEAST_SAMPLES : ENOUGH_SAMPLES;
  const rounds = Math.max(least, Math.min(MOST_SAMPLES, Math.floor(budget / Math.max(slowest, shortest))));

  const measured = new Map<Subject, { readonly samples: number[]; readonly runsPerSample: number }>();
  for (const [subject, single] of once) {
    const runs = Math.max(1, Math.floor(budget / rounds / single), Math.ceil(shortest / single));
    measured.set(subject, { samples: [], runsPerSample: runs });
  }
  const outcomes = (): readonly Outcome[] => subjects.map((subject) => errors.get(subject) ?? measured.get(subject)!);
  const backwards = [...subjects].reverse();
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards, so that nobody always comes first: what drifts would else be in all quotients alike.
    await each(round % 2 === 0 ? subjects : backwards, async (subject) => {
      const { samples, runsPerSample } = measured.get(subject)!;
      samples.push(await time(subject, runsPerSample));
    });
    onRound?.(outcomes());
    const going = subjects.filter((subject) => !errors.has(subject)).map((subject) => measured.get(subject)!.samples);
    if (precision !== undefined && LOOKS.has(round + 1) && isKnown(going, precision)) break;
  }
  return outcomes();
}

/** Whether each ratio to the first one is known to that share; the median itself, where there is one. */
function isKnown(samples: readonly (readonly number[])[], precision: number): boolean {
  const [base, ...others] = samples;
  if (!base) return true;
  if (others.length === 0) {
    const interval = medianInterval(base);
    return interval !== undefined && relativeWidth(interval, median(base)) <= precision;
  }
  return others.every((each) => {
    const { value, interval } = pairedRatio(each, base);
    return interval !== undefined && relativeWidth(interval, value) <= precision;
  });
}

/** Runs in batches that double until `budget` is spent; gives the best batch's time for one run. */
async function warmUp(time: (count: number) => Promise<number>, budget: number): Promise<number> {
  let best = Infinity;
  let spent = 0;
  for (let count = 1; ; count *= 2) {
    const single = await time(count);
    // A clock may not tell one quick run from none.
    if (single > 0) best = Math.min(best, single);
    spent += single * count;
    if (spent >= budget && best < Infinity) return best;
  }
}
