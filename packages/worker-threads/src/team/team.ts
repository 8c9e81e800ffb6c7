/**
 * The life of a worker: it waits for a batch, takes part in its steps, one after the other, and sleeps again.
 *
 * A step's jobs are cut into ranges, one for each worker. A worker begins with the range of its own number, so that in
 * the next layer it finds its own output in its cache. It claims jobs from the front of a range with one atomic
 * addition. After its own range it claims from the other ranges, so a slow core does not hold up the others. A step has
 * ended when all its jobs are computed, so nobody waits for a worker that wakes late.
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
  /** The kernels; `kernel` of a step is an index in this list. */
  readonly kernels: readonly ((...addressesAndJobs: number[]) => void)[];
  readonly clearRows: (address: number, bytes: number, stride: number, rows: number) => void;
  /** Reports that a batch is computed. */
  readonly done: () => void;
}

/**
 * The number of polls of a worker before it sleeps: about 100 µs. Waking a sleeping worker takes tens of microseconds,
 * in every layer and between runs of a model. docs/kernels.md, "Threads", has the measurement.
 */
const LOOKS = 20_000;

/** Waits until a word is no longer `value`. Returns the new value, or `undefined` if the wait has been given up. */
type Wait = (control: Int32Array, word: number, value: number) => number | undefined;

/** Takes part in one batch after the other. Never returns. */
export function work(team: Team, self: number): never {
  const { control, done } = team;
  for (let epoch = 0; ;) {
    epoch = waitWhile(control, EPOCH, epoch);
    longDelay();
    // Entering and reading the state are one atomic step: a worker that enters while no batch is open reads no batch that opens later.
    if ((Atomics.add(control, STATE, 1) & ~WORKERS) === OPEN) takePart(team, self, waitWhile);
    longDelay();
    if (leave(control)) done();
  }
}

/**
 * Takes part in the open batch, for a calling thread that joins. The calling thread never waits without end, because it hears of a lost worker only in
 * its event loop. Returns `"last"` if the calling thread was the last to leave a done batch; `"done"` if a worker was the last, which reports it
 * too; `"left"` if a worker will report it later.
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

/** Leaves the batch. Returns whether this thread was the last to leave a computed batch, which is then done. */
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
      // The other workers wait in this step, or have not come yet. Nobody reads the next step before `PHASE` has its number.
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

/** Computes jobs of the step at word `at` until no job is left to claim. Returns the number of jobs that it computed. */
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

/** The longest time that the calling thread waits for workers before it leaves the rest of a batch to them. */
const LONGEST_MILLISECONDS = 100;

/** Polls and does not sleep, because a page's own thread may not sleep. */
function waitBriefly(control: Int32Array, word: number, value: number): number | undefined {
  for (const start = performance.now(); performance.now() - start < LONGEST_MILLISECONDS;) {
    for (let look = 0; look < LOOKS; look++) {
      const now = Atomics.load(control, word);
      if (now !== value) return now;
    }
  }
  return undefined;
}

/** Waits until a word is no longer `value`: polls first, then sleeps. Returns the new value. */
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
