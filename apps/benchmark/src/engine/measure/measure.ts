/**
 * Times several subjects so that their ratios are fair: all in one run, in turn (A B, B A, A B, ...), after a warm-up, and in samples
 * that are long enough for the clock. It ends when the ratios are known well enough, or at the time limit. It knows nothing of
 * convolutions.
 */

import { pairedRatio, relativeWidth } from "../paired-ratio.js";
import { median, medianInterval } from "../statistics.js";

/** Something to time. */
export interface Subject {
  /** Runs the subject `count` times. The promise resolves when all runs have finished. */
  run(count: number): Promise<void>;
}

export interface MeasureOptions {
  /** The most milliseconds to spend on each subject's samples. */
  readonly budget: number;
  /**
   * Rounds end when the interval of each subject's ratio to the first subject is no wider than this share of the ratio. With one
   * subject, the interval of its median counts. Default: rounds end when the budget is spent.
   */
  readonly precision?: number;
  /** The smallest step of the clock, in milliseconds. Samples are many times longer. Default 0. */
  readonly clockStep?: number;
  /** Called before each sample, outside of the timed part. It may throw to stop. */
  readonly pause: () => Promise<void>;
  /** Awaits one sample, clock included, for a caller that must not wait for ever. Default: a plain await. */
  readonly guard?: (sample: () => Promise<number>) => Promise<number>;
  /** Called after each round with the outcomes so far, outside of the timed part. */
  readonly onRound?: (outcomes: readonly Outcome[]) => void;
  /** The clock, in milliseconds. Tests replace it. */
  readonly now?: () => number;
}

export interface Measurement {
  /** Milliseconds of one run, one entry for each sample. If a sample has several runs, the entry is their mean. The n-th samples of all subjects were taken in the same round. */
  readonly samples: readonly number[];
  /** The number of runs in each sample. */
  readonly runsPerSample: number;
}

/** Fewer samples than this have no interval. */
const ENOUGH_SAMPLES = 6;
/** The samples of a subject that is slower than the whole budget. They give a median and a warning. */
const LEAST_SAMPLES = 3;
const MOST_SAMPLES = 50;
/** The share of the budget for the warm-up, in which caches fill and the engine compiles hot code. */
const WARM_UP_SHARE = 0.25;
/** The least length of a sample in steps of the clock. Then the clock's error is at most a hundredth. */
const STEPS = 100;
/** The numbers of rounds after which the precision is checked. Each check may end the rounds by chance, so there are few checks. */
const LOOKS: ReadonlySet<number> = new Set([12, 20, 30, 40]);

/** The outcome of a subject: its samples, or its error. */
export type Outcome = Measurement | { readonly error: unknown };

/**
 * Times the subjects. All subjects get the same number of samples, so that every round has one sample of each. A faster subject runs
 * more often within a sample, so that all use about the same time. A subject that throws is left out from then on, and the others go
 * on without it.
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
  /** Does `work` for the subjects that have not failed, one after the other. */
  const each = async (order: readonly Subject[], work: (subject: Subject) => Promise<void>): Promise<void> => {
    for (const subject of order.filter((one) => !errors.has(one))) {
      try {
        await work(subject);
      } catch (error) {
        // A stop may show first as an error of this subject.
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
    // Every other round goes backwards, so that no subject always comes first. Otherwise a drift would be in all quotients.
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

/** Whether each ratio to the first subject is known with this precision. With one subject, its median counts. */
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

/** Runs in batches that double until `budget` is spent. Gives the time of one run in the fastest batch. */
async function warmUp(time: (count: number) => Promise<number>, budget: number): Promise<number> {
  let best = Infinity;
  let spent = 0;
  for (let count = 1; ; count *= 2) {
    const single = await time(count);
    // For one quick run a coarse clock may show no time.
    if (single > 0) best = Math.min(best, single);
    spent += single * count;
    if (spent >= budget && best < Infinity) return best;
  }
}
