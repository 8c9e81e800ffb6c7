import { describe, expect, it } from "vitest";
import { createEventQueue } from "./event-queue.js";

describe("createEventQueue", () => {
  it("gives a listener all events in order, earlier and later ones, and ends", async () => {
    const queue = createEventQueue<number>();
    queue.push(1);
    const heard: number[] = [];
    const listening = (async () => {
      for await (const event of queue.events()) {
        heard.push(event);
        if (event === 2) queue.push(3);
      }
    })();
    await Promise.resolve();
    queue.push(2);
    await new Promise((resolve) => setTimeout(resolve));
    expect(heard).toEqual([1, 2, 3]);
    queue.push(4);
    queue.close();
    await listening;
    expect(heard).toEqual([1, 2, 3, 4]);
  });
});
