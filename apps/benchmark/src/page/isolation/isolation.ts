/** Whether threads may share memory here, and the remedy if they may not. */

import { signal } from "@preact/signals";

export type Isolation =
  /** The host sends the headers, or the service worker adds them. */
  | { readonly kind: "isolated" }
  /** The service worker has been started, and the page is about to be loaded again through it. */
  | { readonly kind: "waiting" }
  /** There are no threads. `why` and `remedy` are a sentence each. */
  | { readonly kind: "missing"; readonly why: string; readonly remedy: string };

const ADD_HEADERS =
  "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.";
const KEY = "convene.isolated-once";
/** Milliseconds for the service worker to take over. */
const PATIENCE = 5000;

export const isolation = signal<Isolation>(globalThis.crossOriginIsolated ? { kind: "isolated" } : { kind: "waiting" });

/** If the host does not isolate the page, a service worker does it, and the page is loaded again once. */
export async function startIsolation(): Promise<void> {
  if (globalThis.crossOriginIsolated) return;
  const missing = (why: string, remedy: string = ADD_HEADERS): void => {
    isolation.value = { kind: "missing", why, remedy };
  };
  if (!globalThis.isSecureContext) {
    missing("This address is not a secure one.", "Open the page over https or from localhost.");
    return;
  }
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) {
    missing("The host does not send the headers that isolate a page, and this browser has no service workers.");
    return;
  }
  try {
    await navigator.serviceWorker.register(new URL("./service-worker.js", document.baseURI));
    await within(navigator.serviceWorker.ready);
    if (reloadedBefore()) {
      missing("The host does not send the headers that isolate a page, and the service worker could not add them.");
    } else {
      location.reload();
    }
  } catch {
    missing("The host does not send the headers that isolate a page, and no service worker could be started.");
  }
}

/** Whether this tab was loaded again already. A second time would not help, and could go on for ever. */
function reloadedBefore(): boolean {
  try {
    if (sessionStorage.getItem(KEY) !== null) return true;
    sessionStorage.setItem(KEY, "");
    return false;
  } catch {
    return true;
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the service worker is late")), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
