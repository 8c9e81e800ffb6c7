/** The playground's worker: everything that takes longer than a glance happens here, so that the page never stands still. */

import type { PlaygroundEvent, PlaygroundRequest } from "./messages.js";
import { openBackend } from "./open-backend.js";
import { readPhoto } from "./read-photo.js";
import { createSession } from "./session.js";

/** A turn of the event loop that timers' own delays do not slow down. */
const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.addEventListener("message", () => waiting.shift()?.());
port1.start();
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });

const post = (event: PlaygroundEvent): void => {
  const transfer = event.kind === "picture" ? [event.picture.data.buffer] : [];
  globalThis.postMessage(event, { transfer });
};

const session = createSession({ open: openBackend, readPhoto, post, pause });
globalThis.addEventListener("message", ({ data }: MessageEvent<PlaygroundRequest>) => void session.handle(data));
