/** Workers that a test can reach. */

import type { Backend } from "@convene/core";
import type { Step } from "../team/control.js";
import { findPlatform, type Thread } from "../thread.js";
import { openWorkerThreads, type WorkerThreadsOptions } from "../worker-threads.js";

export interface Reachable {
  readonly backend: Backend;
  /** In the order of their numbers. */
  readonly threads: readonly Thread[];
  /** How many of them have not ended. */
  readonly alive: () => number;
}

/**
 * @param source the workers' program, if another
 * @param slowly whether the calling thread takes its time to write a batch
 */
export async function openReachable(
  options: WorkerThreadsOptions,
  source?: string,
  slowly = false,
): Promise<Reachable> {
  const platform = (await findPlatform())!;
  const threads: Thread[] = [];
  let alive = 0;
  const backend = await openWorkerThreads(options, {
    ...(source === undefined ? {} : { source }),
    onPool(pool) {
      const { submit } = pool;
      if (slowly) pool.submit = (steps, workers) => submit([...steps.slice(0, -1), slow(steps.at(-1)!)], workers);
    },
    platform: {
      ...platform,
      startThread(text, name, events) {
        alive++;
        const thread = platform.startThread(text, name, {
          ...events,
          lost(cause) {
            alive--;
            events.lost(cause);
          },
        });
        threads.push(thread);
        return thread;
      },
    },
  });
  return { backend, threads, alive: () => alive };
}

/** A step whose last field takes up to a millisecond to read, and so to write. */
function slow(step: Step): Step {
  return {
    ...step,
    get clearRows() {
      const until = performance.now() + Math.random();
      while (performance.now() < until);
      return step.clearRows;
    },
  };
}

/** The workers' program with something else in one place, which it must have. */
export function withFault(source: string, text: string, instead: string): string {
  const parts = source.split(text);
  if (parts.length !== 2) throw new Error(`the program has ${parts.length - 1} times: ${text}`);
  return parts.join(instead);
}
