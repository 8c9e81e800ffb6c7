/** The workers of one backend, seen from the calling thread: they start once, get one batch at a time, and end together. */

import type { StartThread, Thread, ThreadEvents } from "./thread.js";
import { controlBytes, DONE, EPOCH, OPEN, PHASE, STATE, type Step, WORKERS, writeBatch } from "./team/control.js";
import type { Start } from "./team/messages.js";
import { join, type Team } from "./team/team.js";

export interface PoolOptions extends Pick<Start, "module" | "memory" | "kernels" | "threads"> {
  readonly startThread: StartThread;
  /** The calling thread's kernels, if it is one of the threads. */
  readonly caller?: Pick<Team, "kernels" | "clearRows">;
  /** The workers' program. */
  readonly source: string;
}

export interface Pool {
  readonly threads: number;
  /**
   * Starts a batch of at most `MOST_STEPS` steps on `threads` threads, one batch at a time. Returns whether the calling thread has already seen
   * the batch's end; then `onDone` is not called.
   */
  submit: (steps: readonly Step[], threads: number) => boolean;
  /** Called when a batch is computed. */
  onDone: () => void;
  /** Called once, when a worker is lost or has thrown. The other workers have been ended then. */
  onLost: (cause: string) => void;
  /** Keeps the process alive while the workers are busy, or lets it end. */
  keepAlive(busy: boolean): void;
  /** Ends the workers at once, also in the middle of work. */
  close(): Promise<void>;
}

/** Starts the workers, and resolves when all of them are ready. Rejects with a sentence that names the worker that failed, and why. */
export async function startPool(options: PoolOptions): Promise<Pool> {
  const { threads } = options;
  // The options are cleared after the start, so that the pool does not keep the memory alive.
  let given: PoolOptions | undefined = options;
  const control = new Int32Array(new SharedArrayBuffer(controlBytes(threads)));
  const workers: Thread[] = [];
  const first = options.caller ? 1 : 0;
  // The team is cleared when the pool ends, because the team holds the memory.
  let team: Team | undefined = options.caller && { ...options.caller, control, threads, done: () => undefined };
  let epoch = 0;
  /** Batches whose end the calling thread has seen before the worker's message came. */
  let seen = 0;
  let closing: Promise<void> | undefined;
  let ready = 0;
  let lost = (_cause: string): void => undefined;

  const end = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  const close = (): Promise<void> => {
    team = undefined;
    return (closing ??= end());
  };
  const pool: Pool = {
    threads,
    submit(steps, count) {
      if ((Atomics.load(control, STATE) & ~WORKERS) !== DONE) throw new Error("a batch is still being computed");
      writeBatch(control, steps, threads);
      Atomics.store(control, PHASE, 0);
      Atomics.add(control, STATE, OPEN - DONE);
      Atomics.store(control, EPOCH, ++epoch);
      Atomics.notify(control, EPOCH, count - first);
      if (!team) return false;
      const how = join(team, 0);
      if (how === "done") seen++;
      return how !== "left";
    },
    onDone: () => undefined,
    onLost: () => undefined,
    // One worker is enough to keep the process alive: while there is work, all workers exist.
    keepAlive: (busy) => (busy ? workers[0]?.ref() : workers[0]?.unref()),
    close,
  };

  try {
    await new Promise<void>((resolve, reject) => {
      lost = (cause) => reject(new Error(cause));
      if (threads === first) resolve();
      startAll(given!, control, workers, (self) => ({
        answer(said) {
          if (closing) return;
          if (said.kind === "done") {
            if (seen > 0) seen--;
            else pool.onDone();
          } else if (said.kind === "failed") lost(`worker ${self + 1} of ${threads} failed: ${said.cause}`);
          else if (++ready === threads - first) resolve();
        },
        lost(cause) {
          if (!closing) lost(`worker ${self + 1} of ${threads} was lost: ${cause}`);
        },
      }));
    });
  } catch (error) {
    await close();
    throw error;
  }
  lost = (cause) => {
    // The other workers would wait for ever for the lost one, so they are ended.
    void close();
    pool.onLost(cause);
  };
  given = undefined;
  for (const worker of workers) worker.unref();
  return pool;
}

function startAll(
  { startThread, source, threads, caller, module, memory, kernels }: PoolOptions,
  control: Int32Array,
  workers: Thread[],
  eventsOf: (self: number) => ThreadEvents,
): void {
  // If the calling thread is one of the threads, it is number 0.
  for (let self = caller ? 1 : 0; self < threads; self++) {
    const worker = startThread(source, `convene ${self + 1} of ${threads}`, eventsOf(self));
    workers.push(worker);
    worker.post({ module, memory, kernels, threads, control, self });
  }
}
