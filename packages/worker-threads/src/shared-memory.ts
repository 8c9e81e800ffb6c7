/** Finds out whether memory may be shared with a worker here, by an attempt to share some. */

import { BackendUnavailableError } from "@convene/core";

const HEADERS = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
const ISOLATE = `Serve the page with the headers ${HEADERS}, or use @convene/cpu, which needs one thread`;
/** The remedy for an old browser, and for a host that is no browser, such as a Cloudflare worker, where there may be no page. */
const NO_PAGE = `Use @convene/cpu, which needs one thread; a page needs the headers ${HEADERS}, and a browser that knows them`;

/** Globals that may be there. */
interface Surroundings {
  /** In browsers only. */
  readonly crossOriginIsolated?: boolean;
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}
interface Port {
  postMessage(message: unknown): void;
  close(): void;
}

/**
 * A page that is not isolated from other origins either has no `SharedArrayBuffer`, or may not send one to a worker, depending on the browser.
 * Some pages (Electron's, with a switch) may send one all the same. So this function tries to send one.
 *
 * @param backend the backend's name, for the error
 * @throws BackendUnavailableError
 */
export function checkSharedMemory(backend: string): void {
  const { crossOriginIsolated, MessageChannel } = globalThis as Surroundings;
  const isolation =
    crossOriginIsolated === undefined
      ? ""
      : `; the page is ${crossOriginIsolated ? "" : "not "}isolated from other origins (crossOriginIsolated is ${crossOriginIsolated})`;
  const remedy = crossOriginIsolated === undefined ? NO_PAGE : ISOLATE;
  if (typeof SharedArrayBuffer !== "function") {
    const reason = `SharedArrayBuffer is not available, so threads cannot share memory${isolation}`;
    throw new BackendUnavailableError(backend, reason, remedy);
  }
  if (!MessageChannel) return;
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(new SharedArrayBuffer(1));
  } catch (cause) {
    const reason = `SharedArrayBuffer is there, but may not be sent to a worker, which was tried (${String(cause)})${isolation}`;
    throw new BackendUnavailableError(backend, reason, remedy, { cause });
  } finally {
    port1.close();
    port2.close();
  }
}
