/** A queue between the maker of events and a listener. The maker never waits, because a slow listener must not slow a measurement. */

export interface EventQueue<Event> {
  push(event: Event): void;
  /** Closes the queue. The listener still gets the events in the queue. */
  close(): void;
  /** The events, for one listener. */
  events(): AsyncGenerator<Event, void>;
}

export function createEventQueue<Event>(): EventQueue<Event> {
  const waiting: Event[] = [];
  let closed = false;
  let wake: () => void = () => undefined;
  return {
    push(event) {
      waiting.push(event);
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    async *events() {
      for (;;) {
        // All at once, because `shift` moves all later events each time.
        const batch = waiting.splice(0);
        yield* batch;
        if (waiting.length > 0) continue;
        if (closed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
