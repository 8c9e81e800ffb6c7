/**
 * Checks that a backend's `sync` waits for the work. If `sync` returns at once, a timing measures only the queueing of runs, and gives
 * thousands of GFLOP/s.
 *
 * Only a read shows when the work is done. So after some runs and a `sync` the output is read twice. If the first read takes longer
 * than the second, work was still going on. `sync` did not wait if this difference is larger than two times: the whole time until
 * `sync` returned (then a figure would be less than half of the truth), and the second read (then a varying copy is not the reason).
 */

import { formatMilliseconds, plural } from "../format.js";

/** The calls of the check: some runs and a `sync`, and a copy of their output. */
export interface Syncing {
  run(count: number): Promise<void>;
  read(): Promise<unknown>;
}

/** Milliseconds of work that are long enough: the clock and a turn of the event loop do not matter then. */
const LONG_ENOUGH = 10;

/** How often a suspicion must be confirmed, because other work on the machine may have delayed the first of two reads. */
const CONFIRMATIONS = 3;

/** The times of one check, in milliseconds. */
interface Times {
  readonly synced: number;
  readonly read: number;
  readonly again: number;
}

/** @throws Error if `sync` returns before the work is done. The message has the times that show it */
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

/** The time of the work that was not finished when `sync` returned. */
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
