/** Workers that never answer count as lost, so that opening ends. */

import { limitOpening } from "@convene/core/backend";
import type { StartThread, ThreadEvents } from "./thread.js";

/** Seconds in which no worker that is starting says anything. One takes some tens of milliseconds, on a busy machine seconds. */
const SILENCE = 30;

/**
 * The same workers, of which those that have not answered are lost when none of them has said anything for so long.
 *
 * @param seconds of silence
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
