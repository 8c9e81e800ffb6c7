/** Measures a roofline. Each probe runs for a few tens of milliseconds, and its best sample counts. */

import type { ArithmeticProbe, Probe, Probes } from "./probe-kernels.js";
import type { Peak, Roofline } from "./roofline.js";

export interface MeasureRooflineOptions {
  /** Milliseconds for each probe. Default 60. */
  readonly budget?: number;
  /** Called before each probe. It may throw to stop. */
  readonly pause: () => Promise<void>;
  /** The clock, in milliseconds. Tests replace it. */
  readonly now?: () => number;
}

const BUDGET = 60;
/** The length of a sample in milliseconds: long enough for the clock, and short enough for many samples in a budget. */
const SAMPLE = 1;
const LEAST_SAMPLES = 5;

/**
 * If pairs are this much faster than the best of 128 bits, the engine joins them. An engine does not say whether V8's revectorizer is
 * on, so its effect must show it. Joined pairs do twice the operations in a cycle. Other pairs do the same number, or fewer, because
 * 24 accumulators are too many for the registers.
 */
const JOINED = 1.4;

export async function measureRoofline(probes: Probes, options: MeasureRooflineOptions): Promise<Roofline> {
  const { budget = BUDGET, pause, now = () => performance.now() } = options;
  const measured: { readonly probe: ArithmeticProbe; readonly peak: Peak }[] = [];
  for (const probe of probes.arithmetic) {
    await pause();
    const { operations, accumulators } = probe;
    measured.push({ probe, peak: { operations, accumulators, gflops: bestRate(probe, budget, now) } });
  }
  const loads = [];
  for (const probe of probes.loads) {
    await pause();
    loads.push({ level: probe.level, bytes: probe.bytes, gigabytesPerSecond: bestRate(probe, budget, now) });
  }
  const best = (pairs: boolean): Peak | undefined =>
    measured
      .filter(({ probe }) => probe.pairs === pairs)
      .map(({ peak }) => peak)
      .reduce<Peak | undefined>((a, b) => (a && a.gflops >= b.gflops ? a : b), undefined);
  const [single, pair] = [best(false)!, best(true)];
  return {
    peaks: { simd128: single, ...(pair && pair.gflops >= JOINED * single.gflops ? { simd256: pair } : {}) },
    loads,
  };
}

/** The best rate, in 10⁹ a second. Samples grow until they are long enough for the clock, also after the engine made the code faster. */
function bestRate(probe: Probe, budget: number, now: () => number): number {
  let best = Infinity;
  let samples = 0;
  let spent = 0;
  for (let count = 1; samples < LEAST_SAMPLES || spent < budget;) {
    const start = now();
    probe.run(count);
    const time = now() - start;
    spent += time;
    if (time < SAMPLE) {
      count *= 2;
    } else {
      samples++;
      best = Math.min(best, time / count);
    }
  }
  return probe.work / best / 1e6;
}
