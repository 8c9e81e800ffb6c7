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
 * @param writing what the calling thread does in the midst of writing a batch, to which it is given the control memory
 */
export async function openReachable(
  options: WorkerThreadsOptions,
  source?: string,
  writing?: (control: Int32Array) => void,
): Promise<Reachable> {
  const platform = (await findPlatform())!;
  const threads: Thread[] = [];
  let alive = 0;
  let control: Int32Array | undefined;
  const backend = await openWorkerThreads(options, {
    ...(source === undefined ? {} : { source }),
    onPool(pool) {
      const { submit } = pool;
      if (!writing) return;
      pool.submit = (steps, workers) =>
        submit([...steps.slice(0, -1), interrupted(steps.at(-1)!, () => writing(control!))], workers);
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
        return {
          ...thread,
          post(start) {
            control = start.control;
            thread.post(start);
          },
        };
      },
    },
  });
  return { backend, threads, alive: () => alive };
}

/** A step whose last field is not read, and so not written, before `work` is done. */
function interrupted(step: Step, work: () => void): Step {
  return {
    ...step,
    get clearRows() {
      work();
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
