/**
 * The life of a worker: it waits for a batch, takes part in its steps, one after the other, and sleeps again.
 *
 * A step's jobs are cut into ranges, one a worker, and a worker begins with the range that has its number: in the next
 * layer it then finds in its cache what it has just written. It claims jobs from the front of a range with one atomic
 * addition, and when its own range is used up, from the others': so a slow core holds nobody up. A step has ended when
 * all of its jobs are computed, not when all workers have come: one that wakes late is not waited for.
 */

import {
  AT,
  CLOSED,
  DONE,
  EPOCH,
  leftAt,
  nextAt,
  OPEN,
  PHASE,
  rangeStart,
  STATE,
  stepAt,
  STEPS,
  WORKERS,
} from "./control.js";
import { delay, longDelay } from "./delay.js";

export interface Team {
  readonly control: Int32Array;
  readonly threads: number;
  /** In the order that `kernel` of a step counts in. */
  readonly kernels: readonly ((...addressesAndJobs: number[]) => void)[];
  readonly clearRows: (address: number, bytes: number, stride: number, rows: number) => void;
  /** Says that a batch is computed. */
  readonly done: () => void;
}

/**
 * How often a worker looks before it sleeps: about 100 µs. Waking a sleeper takes tens of microseconds, in every layer and
 * from one run of a model to the next. docs/kernels.md, "Threads", has the measurement.
 */
const LOOKS = 20_000;

/** Waits until a word is no longer `value`; gives what it is then, or `undefined` where it gives up. */
type Wait = (control: Int32Array, word: number, value: number) => number | undefined;

/** Takes part in batch after batch; returns never. */
export function work(team: Team, self: number): never {
  const { control, done } = team;
  for (let epoch = 0; ;) {
    epoch = waitWhile(control, EPOCH, epoch);
    longDelay();
    // In, and what the state was, in one step: whoever comes in while nothing is open reads nothing, whatever opens later.
    if ((Atomics.add(control, STATE, 1) & ~WORKERS) === OPEN) takePart(team, self, waitWhile);
    longDelay();
    if (leave(control)) done();
  }
}

/**
 * Takes part in the batch that is open, as the calling thread does where it joins. The calling thread never waits without end,
 * because it hears of a lost worker in its event loop. Gives `"last"` where the calling thread was the last one out of a batch
 * that is done; `"done"` where a worker was, which says so as well; `"left"` where a worker will say so later.
 */
export function join(team: Team, self: number): "last" | "done" | "left" {
  const { control } = team;
  Atomics.add(control, STATE, 1);
  takePart(team, self, waitBriefly);
  longDelay();
  if (leave(control)) return "last";
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, STATE) === DONE) return "done";
  return "left";
}

/** Out; and whether that was the last one out of a batch that is computed, which is then done. */
function leave(control: Int32Array): boolean {
  for (;;) {
    const now = Atomics.load(control, STATE);
    const last = now === CLOSED + 1;
    longDelay();
    if (Atomics.compareExchange(control, STATE, now, last ? DONE : now - 1) === now) return last;
  }
}

function takePart(team: Team, self: number, wait: Wait): void {
  const { control, threads } = team;
  const steps = control[STEPS]!;
  delay();
  let step: number | undefined = Atomics.load(control, PHASE);
  while (step !== undefined && step < steps) {
    const at = stepAt(step, threads);
    const computed = compute(team, at, self);
    delay();
    if (computed > 0 && Atomics.sub(control, leftAt(at), computed) === computed) {
      // The others wait in this step, or have not come yet: nobody reads the next one before its number is out.
      delay();
      step++;
      if (step === steps) Atomics.add(control, STATE, CLOSED - OPEN);
      else clear(team, stepAt(step, threads));
      longDelay();
      Atomics.store(control, PHASE, step);
      Atomics.notify(control, PHASE);
    } else {
      step = wait(control, PHASE, step);
    }
  }
}

/** Computes jobs of the step at word `at` until none is left to claim. Gives how many. */
function compute({ control, kernels }: Team, at: number, self: number): number {
  const run = kernels[control[at + AT.kernel]!]!;
  const params = control[at + AT.params]!;
  const input = control[at + AT.input]!;
  const output = control[at + AT.output]!;
  const residual = control[at + AT.residual]!;
  const shared = control[at + AT.shared]!;
  const own = control[at + AT.own]! + self * control[at + AT.ownBytes]!;
  const jobs = control[at + AT.jobs]!;
  const ranges = control[at + AT.ranges]!;
  const grain = control[at + AT.grain]!;
  let computed = 0;
  for (let turn = 0; turn < ranges; turn++) {
    const range = (self + turn) % ranges;
    const end = rangeStart(jobs, ranges, range + 1);
    const next = nextAt(at, range);
    for (;;) {
      delay();
      const from = Atomics.add(control, next, grain);
      if (from >= end) break;
      const to = Math.min(from + grain, end);
      run(params, input, output, residual, shared, own, from, to);
      computed += to - from;
    }
  }
  return computed;
}

/** Writes the rows of zeros that the step at word `at` reads. */
function clear({ control, clearRows }: Team, at: number): void {
  const rows = control[at + AT.clearRows]!;
  if (rows === 0) return;
  clearRows(control[at + AT.clearAddress]!, control[at + AT.clearBytes]!, control[at + AT.clearStride]!, rows);
}

/** As long as the calling thread waits for workers before it leaves the rest of a batch to them. */
const LONGEST_MILLISECONDS = 100;

/** Looks, and does not sleep: a page's own thread may not, and the others are computing what it waits for. */
function waitBriefly(control: Int32Array, word: number, value: number): number | undefined {
  for (const start = performance.now(); performance.now() - start < LONGEST_MILLISECONDS;) {
    for (let look = 0; look < LOOKS; look++) {
      const now = Atomics.load(control, word);
      if (now !== value) return now;
    }
  }
  return undefined;
}

/** Waits until a word is no longer `value`, first looking, then asleep. Gives what it is then. */
function waitWhile(control: Int32Array, word: number, value: number): number {
  for (let look = 0; look < LOOKS; look++) {
    const now = Atomics.load(control, word);
    if (now !== value) return now;
  }
  for (;;) {
    const now = Atomics.load(control, word);
    if (now !== value) return now;
    Atomics.wait(control, word, value);
  }
}
