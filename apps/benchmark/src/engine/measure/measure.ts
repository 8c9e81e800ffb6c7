/**
 * Timing several subjects so that their ratios are fair: all in one run, in turn (A B A B ...), after a warm-up, in
 * samples long enough for the clock. It knows nothing of convolutions.
 */

/** Something to time. */
export interface Subject {
  /** Runs it `count` times, and comes back when all of them have finished. */
  run(count: number): Promise<void>;
}

export interface MeasureOptions {
  /** Milliseconds to spend on each subject's samples. */
  readonly budget: number;
  /** Called before each sample, outside the timed part; may throw to stop. */
  readonly pause: () => Promise<void>;
  /** Awaits one sample, clock included; for whoever must not wait for ever. Default: just awaits it. */
  readonly guard?: (sample: () => Promise<number>) => Promise<number>;
  /** Milliseconds; replaced in tests. */
  readonly now?: () => number;
}

export interface Measurement {
  /** Milliseconds of one run, one entry a sample; the mean where a sample has several runs. Round by round, so the n-th samples of all subjects were taken next to each other. */
  readonly samples: readonly number[];
  /** Runs in each sample. */
  readonly runsPerSample: number;
}

/** Fewer samples than this have no quartiles worth the name. */
export const ENOUGH_SAMPLES = 5;
/** What a subject gets that is slower than the whole budget: a median, and a warning. */
const LEAST_SAMPLES = 3;
const MOST_SAMPLES = 50;
/** Of the budget, before the first sample: caches fill, and the engine compiles what is hot. */
const WARM_UP_SHARE = 0.25;

/** What became of a subject: its samples, or why it has none. */
export type Outcome = Measurement | { readonly error: unknown };

/**
 * Times the subjects. Each gets as many samples as the others, so that every round pairs one of each; a faster subject
 * runs more often within a sample, so that all use about the same time. One that throws is left out from then on, and
 * the others go on without it.
 */
export async function measure(subjects: readonly Subject[], options: MeasureOptions): Promise<readonly Outcome[]> {
  const { budget, pause, guard = (sample) => sample(), now = () => performance.now() } = options;
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
  const each = async (work: (subject: Subject) => Promise<void>): Promise<void> => {
    for (const subject of subjects.filter((one) => !errors.has(one))) {
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
  await each(async (subject) => {
    once.set(subject, await warmUp((count) => time(subject, count), budget * WARM_UP_SHARE));
  });
  const slowest = Math.max(...once.values());
  const least = slowest > budget ? LEAST_SAMPLES : ENOUGH_SAMPLES;
  const rounds = Math.max(least, Math.min(MOST_SAMPLES, Math.floor(budget / slowest)));

  const measured = new Map<Subject, { readonly samples: number[]; readonly runsPerSample: number }>();
  for (const [subject, single] of once) {
    measured.set(subject, { samples: [], runsPerSample: Math.max(1, Math.floor(budget / rounds / single)) });
  }
  for (let round = 0; round < rounds; round++) {
    await each(async (subject) => {
      const { samples, runsPerSample } = measured.get(subject)!;
      samples.push(await time(subject, runsPerSample));
    });
  }
  return subjects.map((subject) => errors.get(subject) ?? measured.get(subject)!);
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
