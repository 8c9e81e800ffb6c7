/**
 * Program order without waiting: calls take effect in the order in which they were made. Consecutive convolutions become one batch for the
 * workers. The calling thread's own work (copying in and out, giving memory back) comes between batches.
 */

import { workersFor } from "./division.js";
import type { Pool } from "./pool.js";
import { MOST_STEPS, type Step } from "./team/control.js";

/** A step of a convolution in the queue. */
export interface QueuedStep extends Step {
  readonly macs: number;
}

/** A piece of work that the calling thread does itself, in its turn of the queue. */
interface Action {
  act(): void;
  /** Called instead if the workers are lost. */
  fail?(cause: string): void;
}

export interface Queue {
  /** Queues a step of a convolution. It begins when this turn of the event loop ends, or when a later call is awaited. */
  run(step: QueuedStep): void;
  /** Queues work for the calling thread. It is done at once if the queue is empty. */
  after(action: Action): void;
  /** Whether nothing is queued or being computed. */
  readonly idle: boolean;
  /** The reason why nothing can be computed any more; undefined while the workers are there. */
  readonly lost: string | undefined;
}

/** The rest of the array is moved to its front after this many entries, and half of all, have been taken from there. */
const LONG = 4096;

/** @param clear writes the rows of zeros of a batch's first step; the workers write the rows of later steps */
export function createQueue(pool: Pool, clear: (step: Step) => void): Queue {
  /** The waiting entries, from `head` on. There is no `shift`, because `shift` would move all entries of a long array. */
  let waiting: (QueuedStep | Action)[] = [];
  let head = 0;
  let busy = false;
  let scheduled = false;
  let lost: string | undefined;

  const take = (count: number): readonly (QueuedStep | Action)[] => {
    const taken = waiting.slice(head, head + count);
    head += count;
    if (head === waiting.length || (head > LONG && 2 * head > waiting.length)) {
      waiting = waiting.slice(head);
      head = 0;
    }
    return taken;
  };
  const lose = (cause: string): void => {
    lost ??= cause;
    busy = false;
    const rest = take(waiting.length - head);
    for (const each of rest) if ("act" in each) each.fail?.(cause);
  };
  /** Does all work that is possible now, up to the next batch whose end the calling thread does not see at once. */
  const advance = (): void => {
    work();
    if (!busy) pool.keepAlive(false);
  };
  const work = (): void => {
    while (!busy && head < waiting.length) {
      let count = 0;
      while (head + count < waiting.length && count < MOST_STEPS && "kernel" in waiting[head + count]!) count++;
      try {
        if (count === 0) {
          (take(1)[0] as Action).act();
          continue;
        }
        const steps = take(count) as QueuedStep[];
        clear(steps[0]!);
        pool.keepAlive(true);
        busy = true;
        if (pool.submit(steps, workersFor(steps))) busy = false;
      } catch (error) {
        // An action that must not throw has thrown. The content of the memory is unknown, and nobody else would hear of the error.
        void pool.close();
        lose(String(error));
        return;
      }
    }
  };
  pool.onDone = () => {
    busy = false;
    advance();
  };
  pool.onLost = lose;
  return {
    run(step) {
      waiting.push(step);
      if (busy || scheduled) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        if (lost === undefined) advance();
      });
    },
    after(action) {
      if (lost !== undefined) {
        action.fail?.(lost);
        return;
      }
      waiting.push(action);
      advance();
    },
    get idle() {
      return !busy && head === waiting.length;
    },
    get lost() {
      return lost;
    },
  };
}
