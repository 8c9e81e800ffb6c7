/**
 * The control memory: how the calling thread tells the workers what to do, and how they share it out among themselves. It is
 * an `Int32Array` over a `SharedArrayBuffer` of its own, out of the kernels' reach. Words that threads write at once lie on
 * cache lines of their own (16 words).
 */

const LINE = 16;

/** Counts batches. Workers sleep on it. */
export const EPOCH = 0;
/**
 * One of the states below, plus how many workers are in: those that may be reading the batch. It is not rewritten before
 * they are gone. Both in one word, so that "the last one is out" and "so it is done" are one step: in two, a worker that the
 * system takes off its core between them would, much later, find another batch in the state that it had seen.
 */
export const STATE = 1 * LINE;
/** The step of the batch that is being computed. Workers that find nothing to do in it wait here. */
export const PHASE = 2 * LINE;
/** How many steps the batch has. */
export const STEPS = 3 * LINE;
const FIRST_STEP = 4 * LINE;

/** All is computed, and the calling thread may write the next batch. */
export const DONE = 0;
/** There is something to compute. */
export const OPEN = 1 << 16;
/** All is computed; workers are leaving. The last one to leave makes it `DONE`, and says so. */
export const CLOSED = 2 << 16;
/** The part of `STATE` that counts workers. */
export const WORKERS = 0xffff;

/** The most steps of a batch; a longer batch is cut in two. */
export const MOST_STEPS = 256;

/** The fields of a step, in this order, one word each. */
export const FIELDS = [
  /** Which kernel: its place in the list that the workers were given. */
  "kernel",
  /** Address of the kernel's parameters. */
  "params",
  "input",
  "output",
  "residual",
  /** Address of the workspace that all workers have together; of the first worker's own part; bytes of such a part. */
  "shared",
  "own",
  "ownBytes",
  "jobs",
  /** Jobs are cut into so many ranges, one for each worker that takes part. */
  "ranges",
  /** How many jobs a worker claims at once. */
  "grain",
  /** Rows of zeros to write before the step. */
  "clearAddress",
  "clearBytes",
  "clearStride",
  "clearRows",
] as const;

/** One kernel of a convolution, cut for the workers. Addresses are bytes in the kernels' memory. */
export type Step = Readonly<Record<(typeof FIELDS)[number], number>>;

/** Where each field is, in words from the step's first. */
export const AT = Object.fromEntries(FIELDS.map((name, index) => [name, index])) as Record<
  (typeof FIELDS)[number],
  number
>;

/** A step's fields, its count of jobs that are left, and the next job of each range: a line each. */
const wordsOfStep = (threads: number): number => LINE * (2 + threads);

export function controlBytes(threads: number): number {
  return 4 * (FIRST_STEP + MOST_STEPS * wordsOfStep(threads));
}

/** The first word of a step. */
export function stepAt(step: number, threads: number): number {
  return FIRST_STEP + step * wordsOfStep(threads);
}

/** Jobs of the step at word `at` that are not yet computed. */
export function leftAt(at: number): number {
  return at + LINE;
}

/** The next job of a range of the step at word `at`. */
export function nextAt(at: number, range: number): number {
  return at + LINE * (2 + range);
}

/** The first job of a range, or the end of the one before it. */
export function rangeStart(jobs: number, ranges: number, range: number): number {
  return Math.floor((jobs * range) / ranges);
}

/** Writes a batch. Only where the state is `DONE` and no worker is active. */
export function writeBatch(control: Int32Array, steps: readonly Step[], threads: number): void {
  control[STEPS] = steps.length;
  for (const [index, step] of steps.entries()) {
    const at = stepAt(index, threads);
    for (const name of FIELDS) control[at + AT[name]] = step[name];
    control[leftAt(at)] = step.jobs;
    for (let range = 0; range < step.ranges; range++) {
      control[nextAt(at, range)] = rangeStart(step.jobs, step.ranges, range);
    }
  }
}
