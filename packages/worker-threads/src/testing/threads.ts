/** A backend whose workers a test can reach. */

import type { Backend } from "@convene/core";
import type { Step } from "../team/control.js";
import { findPlatform, type Thread } from "../thread.js";
import { openWorkerThreads, type WorkerThreadsOptions } from "../worker-threads.js";

export interface Reachable {
  readonly backend: Backend;
  /** The workers, in the order of their numbers. */
  readonly threads: readonly Thread[];
  /** The number of workers that have not ended. */
  readonly alive: () => number;
}

/**
 * @param source the workers' program; left out: the package's own
 * @param writing called with the control memory while the calling thread writes a batch, before the last field is
 * written
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

/** A step that calls `work` when its last field is read, so before this field is written. */
function interrupted(step: Step, work: () => void): Step {
  return {
    ...step,
    get clearRows() {
      work();
      return step.clearRows;
    },
  };
}

/** The workers' program, in which `instead` replaces `text`. @throws Error if the program does not have `text` exactly once */
export function withFault(source: string, text: string, instead: string): string {
  const parts = source.split(text);
  if (parts.length !== 2) throw new Error(`the program has ${parts.length - 1} times: ${text}`);
  return parts.join(instead);
}
