/**
 * Program order without waiting: what was called before takes effect before. Convolutions in a row become one batch for the
 * workers; what the calling thread does itself (copying in and out, giving memory back) comes between batches.
 */

import { workersFor } from "./division.js";
import type { Pool } from "./pool.js";
import { MOST_STEPS, type Step } from "./team/control.js";

/** A convolution in the queue. */
export interface QueuedStep extends Step {
  readonly macs: number;
}

/** What the calling thread does itself, when its turn comes. */
interface Action {
  act(): void;
  /** Called instead, where the workers are lost. */
  fail?(cause: string): void;
}

export interface Queue {
  /** A convolution. It begins when this turn of the event loop ends, or something after it is waited for. */
  run(step: QueuedStep): void;
  /** Something for the calling thread, at once where nothing is before it. */
  after(action: Action): void;
  /** Whether nothing is queued or being computed. */
  readonly idle: boolean;
  /** Why nothing can be computed any more. */
  readonly lost: string | undefined;
}

/** @param clear writes the rows of zeros of a batch's first step; the workers write those of the others */
export function createQueue(pool: Pool, clear: (step: Step) => void): Queue {
  let waiting: (QueuedStep | Action)[] = [];
  let busy = false;
  let scheduled = false;
  let lost: string | undefined;

  /** Does what can be done now, up to and including the next batch. */
  const advance = (): void => {
    while (!busy && waiting.length > 0) {
      let count = 0;
      while (count < waiting.length && count < MOST_STEPS && "kernel" in waiting[count]!) count++;
      if (count === 0) {
        (waiting.shift() as Action).act();
        continue;
      }
      busy = true;
      pool.keepAlive(true);
      const steps = waiting.splice(0, count) as QueuedStep[];
      clear(steps[0]!);
      pool.submit(steps, workersFor(steps));
    }
  };
  pool.onDone = () => {
    busy = false;
    advance();
    if (!busy) pool.keepAlive(false);
  };
  pool.onLost = (cause) => {
    lost = cause;
    busy = false;
    const rest = waiting;
    waiting = [];
    for (const each of rest) if ("act" in each) each.fail?.(cause);
  };
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
      return !busy && waiting.length === 0;
    },
    get lost() {
      return lost;
    },
  };
}
