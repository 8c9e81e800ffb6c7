/** The playground's worker. All slow work happens here, so that the page stays responsive. */

import type { PlaygroundEvent, PlaygroundRequest } from "./messages.js";
import { openBackend } from "./open-backend.js";
import { readPhoto } from "./read-photo.js";
import { createSession } from "./session.js";

/** A message channel for turns of the event loop, because timers have delays. */
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
