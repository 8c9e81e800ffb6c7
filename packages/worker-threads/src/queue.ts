/**
 * Program order without waiting: what was called before takes effect before. Convolutions in a row become one batch for the
 * workers; what the calling thread does itself (copying in and out, giving memory back) comes between batches.
 */

import { workersFor } from "./division.js";
import type { Pool } from "./pool.js";
import { MOST_STEPS, type Step } from "./team/control.js";

/** A step of a convolution in the queue. */
export interface QueuedStep extends Step {
  readonly macs: number;
}

/** A piece of work that the calling thread does itself, when its turn comes. */
interface Action {
  act(): void;
  /** Called instead, where the workers are lost. */
  fail?(cause: string): void;
}

export interface Queue {
  /** A step of a convolution. It begins when this turn of the event loop ends, or something after it is waited for. */
  run(step: QueuedStep): void;
  /** Something for the calling thread, at once where nothing is before it. */
  after(action: Action): void;
  /** Whether nothing is queued or being computed. */
  readonly idle: boolean;
  /** Why nothing can be computed any more. */
  readonly lost: string | undefined;
}

/** So many, and half of all, are taken from the front before the rest is moved there. */
const LONG = 4096;

/** @param clear writes the rows of zeros of a batch's first step; the workers write those of the others */
export function createQueue(pool: Pool, clear: (step: Step) => void): Queue {
  /** What waits, from `head` on: taking from the front of a long array would move all of it. */
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
  /** Does what can be done now, up to and including the next batch that the calling thread does not see the end of. */
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
        // What should not throw has: nobody knows what is in the memory, and nobody else would hear of it.
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
