/** Counts workers that never answer as lost, so that opening ends. */

import { limitOpening } from "@convene/core/backend";
import type { StartThread, ThreadEvents } from "./thread.js";

/** Seconds without an answer of any starting worker. A start takes tens of milliseconds, on a busy machine seconds. */
const SILENCE = 30;

/**
 * A `startThread` that starts the same workers. If no worker has answered for some time, the workers that have not
 * answered yet count as lost.
 *
 * @param seconds the time without an answer
 */
export function withOpeningLimit(startThread: StartThread, seconds: number = SILENCE): StartThread {
  const silent = new Set<ThreadEvents>();
  let cancel = (): void => undefined;
  const wait = (): void => {
    cancel();
    if (silent.size > 0) cancel = limitOpening(giveUp, seconds);
  };
  const giveUp = (): void => {
    const given = [...silent];
    silent.clear();
    for (const events of given) events.lost(`it was started, and has not answered within ${seconds} s`);
  };
  return (source, name, events) => {
    const settled = (): void => {
      if (silent.delete(events)) wait();
    };
    const thread = startThread(source, name, {
      answer(said) {
        settled();
        events.answer(said);
      },
      lost(cause) {
        settled();
        events.lost(cause);
      },
    });
    silent.add(events);
    wait();
    return {
      ...thread,
      terminate() {
        settled();
        return thread.terminate();
      },
    };
  };
}
