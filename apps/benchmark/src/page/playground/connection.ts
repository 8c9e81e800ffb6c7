/**
 * The page's side of the worker. It sends requests, and starts another worker if one is stuck. A convolution in WebAssembly cannot be
 * interrupted, so a run that keeps a newer one waiting is ended with its worker.
 */

import type { NetworkFiles } from "../network-files.js";
import type { PhotoSource, PlaygroundEvent, PlaygroundRequest, RunSettings } from "./messages.js";

/** The members of a worker that are used. */
export interface WorkerLike {
  postMessage(message: PlaygroundRequest, transfer: Transferable[]): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: { readonly data: PlaygroundEvent }) => void): void;
  addEventListener(
    type: "error",
    listener: (event: { readonly message?: string; preventDefault?(): void }) => void,
  ): void;
}

export interface Connection {
  photo(source: PhotoSource): void;
  network(files: NetworkFiles): void;
  noNetwork(): void;
  run(settings: RunSettings): void;
  /** Ends the present work together with its worker. */
  stop(): void;
  close(): void;
}

/** How many milliseconds a newer request waits for a run that cannot be interrupted. */
const PATIENCE = 3000;
/** Milliseconds without an event during work, after which a backend counts as hanging. */
const SILENCE = 60_000;

/**
 * @param start makes a worker
 * @param onEvent gets all events of workers, and an event if a worker is ended
 */
export function connect(start: () => WorkerLike, onEvent: (event: PlaygroundEvent) => void): Connection {
  let worker: WorkerLike | undefined;
  let photo: PhotoSource | undefined;
  let network: NetworkFiles | undefined;
  let settings: RunSettings | undefined;
  let doing: Extract<PlaygroundEvent, { kind: "doing" }> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const wait = (): void => {
    clearTimeout(timer);
    if (!doing?.what) return;
    timer = setTimeout(() => {
      const what = doing?.what ?? "";
      end();
      onEvent({
        kind: "failed",
        message: `"${what}" did not come to an end within ${SILENCE / 1000} s, and was stopped.`,
        remedy:
          "Choose another backend, or a smaller size; what is set now runs again as soon as something is changed.",
      });
    }, SILENCE);
  };
  const end = (): void => {
    clearTimeout(timer);
    clearTimeout(patience);
    patience = undefined;
    worker?.terminate();
    worker = undefined;
    if (!doing?.what) return;
    doing = undefined;
    onEvent({ kind: "doing", what: "", blocking: false });
  };
  const hear = (event: PlaygroundEvent): void => {
    // The worker answers again.
    clearTimeout(patience);
    patience = undefined;
    if (event.kind === "doing") doing = event;
    wait();
    onEvent(event);
  };
  const open = (): WorkerLike => {
    const made = start();
    made.addEventListener("message", ({ data }) => {
      if (made === worker) hear(data);
    });
    made.addEventListener("error", (event) => {
      event.preventDefault?.();
      if (made !== worker) return;
      end();
      const why = event.message ? `: ${event.message}` : "";
      onEvent({
        kind: "failed",
        message: `The worker that computes has ended${why}.`,
        remedy: "Change something to start it again, or reload the page.",
      });
    });
    worker = made;
    // The new worker gets the requests of the worker before it.
    if (settings) made.postMessage({ kind: "run", settings }, []);
    if (network) made.postMessage({ kind: "network", ...network }, []);
    if (photo) made.postMessage({ kind: "photo", source: photo }, []);
    return made;
  };
  const send = (request: PlaygroundRequest, transfer: Transferable[] = []): void => {
    if (!worker) {
      open();
      // A frame is not kept, because it can be sent only once.
      if (request.kind !== "photo" || request.source.kind !== "frame") return;
    }
    worker!.postMessage(request, transfer);
    if (doing?.blocking) patience ??= setTimeout(restart, PATIENCE);
  };
  const restart = (): void => {
    end();
    open();
  };
  return {
    photo(source) {
      if (source.kind === "frame") {
        send({ kind: "photo", source }, [source.bitmap]);
        return;
      }
      photo = source;
      send({ kind: "photo", source });
    },
    network(files) {
      network = files;
      send({ kind: "network", ...files });
    },
    noNetwork() {
      network = undefined;
      send({ kind: "no-network" });
    },
    run(next) {
      settings = next;
      send({ kind: "run", settings: next });
    },
    stop: end,
    close: end,
  };
}
