/** Events between who makes them and who listens. Whoever makes them never waits: a slow listener must not slow a measurement. */

export interface EventQueue<Event> {
  push(event: Event): void;
  /** No more will come; what is in the queue is still handed out. */
  close(): void;
  /** To be listened to once. */
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
        // Not by shifting: that takes time for each that is behind it.
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
