/**
 * The control memory: through it the calling thread gives work to the workers, and the workers divide this work. It is an `Int32Array` over a
 * `SharedArrayBuffer` of its own, which kernels cannot reach. Words that several threads write lie on separate cache lines (16 words).
 */

const LINE = 16;

/** Counts batches. Workers sleep on it. */
export const EPOCH = 0;
/**
 * One of the states below, plus the number of workers that are in. Workers that are in may be reading the batch, so the
 * batch is not rewritten before they have left. State and number share one word, so that a worker leaves and marks the
 * batch as done in one atomic step. With two steps the system could stop a worker between them, and the worker would
 * later find another batch in the same state.
 */
export const STATE = 1 * LINE;
/** The index of the current step of the batch. Workers that find no more jobs in this step wait for a change of this word. */
export const PHASE = 2 * LINE;
/** The number of steps of the batch. */
export const STEPS = 3 * LINE;
const FIRST_STEP = 4 * LINE;

/** The batch is computed, and the calling thread may write the next one. */
export const DONE = 0;
/** There is a batch to compute. */
export const OPEN = 1 << 16;
/** The batch is computed, and workers are leaving. The last one to leave sets `DONE`, and reports it. */
export const CLOSED = 2 << 16;
/** The part of `STATE` that counts workers. */
export const WORKERS = 0xffff;

/** The most steps of a batch; a longer batch is cut in two. */
export const MOST_STEPS = 256;

/** The fields of a step, in this order, one word each. */
export const FIELDS = [
  /** The kernel's index in the list that the workers were given. */
  "kernel",
  /** Address of the kernel's parameters. */
  "params",
  "input",
  "output",
  "residual",
  /** Address of the workspace of all workers; address of the first worker's own part; bytes of a worker's own part. */
  "shared",
  "own",
  "ownBytes",
  "jobs",
  /** The number of ranges into which the jobs are cut, one for each worker that takes part. */
  "ranges",
  /** The number of jobs that a worker claims at once. */
  "grain",
  /** Rows of zeros to write before the step. */
  "clearAddress",
  "clearBytes",
  "clearStride",
  "clearRows",
] as const;

/** One kernel of a convolution, cut for the workers. Addresses are bytes in the kernels' memory. */
export type Step = Readonly<Record<(typeof FIELDS)[number], number>>;

/** The place of each field, in words from the step's first word. */
export const AT = Object.fromEntries(FIELDS.map((name, index) => [name, index])) as Record<
  (typeof FIELDS)[number],
  number
>;

/** Words of a step: a cache line each for its fields, for the count of jobs that are left, and for the next job of each range. */
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

/** The first job of a range, which is also the end of the range before. */
export function rangeStart(jobs: number, ranges: number, range: number): number {
  return Math.floor((jobs * range) / ranges);
}

/** Writes a batch. The state must be `DONE`, with no worker in. */
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
