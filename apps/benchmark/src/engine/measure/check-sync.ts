/**
 * Whether a backend's `sync` waits for the work, before a figure of that backend is believed. One whose `sync` comes back at
 * once is timed at enqueueing, at thousands of GFLOP/s.
 *
 * Only a read tells when the work is done. So after some runs and a `sync` the output is read twice: what the first read
 * takes longer than the second is work that was still going on. `sync` did not wait where that is more than all the time
 * until `sync` came back, so that a figure would be less than half of the truth, and more than the second read, so that it
 * is not the copying which varies.
 */

import { formatMilliseconds, plural } from "../format.js";

/** What is asked: some runs and a `sync`, and a copy of their output. */
export interface Syncing {
  run(count: number): Promise<void>;
  read(): Promise<unknown>;
}

/** Milliseconds of work, after which the clock, and what a turn of the event loop takes, are of no matter. */
const LONG_ENOUGH = 10;

/** How often a suspicion has to be confirmed: something else on the machine may have held up the first of two reads. */
const CONFIRMATIONS = 3;

/** Milliseconds. */
interface Times {
  readonly synced: number;
  readonly read: number;
  readonly again: number;
}

/** @throws Error where `sync` comes back before the work is done, with the times that show it */
export async function checkSync(backend: Syncing, now: () => number = () => performance.now()): Promise<void> {
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    const start = now();
    await work();
    return now() - start;
  };
  const ask = async (count: number): Promise<Times> => ({
    synced: await time(() => backend.run(count)),
    read: await time(() => backend.read()),
    again: await time(() => backend.read()),
  });

  let count = 1;
  let times = await ask(count);
  while (times.synced + late(times) < Math.max(LONG_ENOUGH, 2 * times.again)) {
    count *= 2;
    times = await ask(count);
  }
  for (let confirmed = 0; isEarly(times); confirmed++) {
    if (confirmed === CONFIRMATIONS) throw new Error(describe(count, times));
    times = await ask(count);
  }
}

/** What was still going on when `sync` came back. */
function late({ read, again }: Times): number {
  return Math.max(0, read - again);
}

function isEarly(times: Times): boolean {
  return late(times) > times.synced && late(times) > times.again;
}

function describe(count: number, { synced, read, again }: Times): string {
  const [a, b, c] = [synced, read, again].map((each) => `${formatMilliseconds(each)} ms`);
  return (
    `sync came back before the work was done: after ${plural(count, "run")} it took ${a}, reading the output after it ` +
    `${b}, and reading the output again ${c}. No time can be measured on a backend whose sync does not wait`
  );
}
