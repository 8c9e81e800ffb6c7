/** The engine in a Web Worker. The page stays responsive, and it can end a worker that hangs. */

import { BACKENDS, type BackendTable } from "../../engine/backends.js";
import type { CompareEvent } from "../../engine/compare-events.js";
import { compare, type CompareReport, foldEvent } from "../../engine/index.js";
import { fetchedScripts, gzippedSize } from "./gzipped-size.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { peerEntry } from "./open-peer.js";
import type { PeerModule } from "./page-peers.js";
import { plantedFault } from "./planted-fault.js";

/** Milliseconds between two reports. Nobody could read them faster. */
const REPORT_EVERY = 400;

const TABLE: BackendTable = {
  ...BACKENDS,
  "planted-fault": { about: "cpu with one wrong number", standard: false, open: plantedFault },
};

const post = (message: FromWorker): void => (postMessage as (message: FromWorker) => void)(message);
const stop = new AbortController();
let hidden = false;

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "stop") stop.abort(new Error("stopped"));
  else if (data.type === "hidden") hidden = data.hidden;
  else {
    run(data.plan, data.peers).catch((error: unknown) => {
      post({ type: "error", message: error instanceof Error ? error.message : String(error) });
    });
  }
});

async function run(plan: Parameters<typeof compare>[0], peers: readonly PeerModule[]): Promise<void> {
  let report: CompareReport | undefined;
  let sent = -Infinity;
  const send = (): void => {
    sent = performance.now();
    if (report) post({ type: "report", report: withSizes(report, sizes) });
  };
  const sizes = new Map<string, number>();
  /** For each package, a promise that resolves when its size is in `sizes`. */
  const sizing = new Map<string, Promise<void>>();
  let known = fetchedScripts();
  const conditions = (): readonly "background"[] => (hidden ? ["background"] : []);
  const environment = { convene: CONVENE_VERSION, platform: "browser" };
  const table = { ...TABLE, ...Object.fromEntries(peers.map((peer) => [peer.name, peerEntry(peer)])) };
  for await (const event of compare(plan, { signal: stop.signal, table, conditions, environment })) {
    report = foldEvent(report, event);
    if (event.type === "backend") {
      // A package that was fetched before has the size of its first fetch.
      const base = event.backend.asked.split(/[:?]/)[0]!;
      const scripts = fetchedScripts();
      const own = scripts.filter((each) => !known.includes(each));
      known = scripts;
      // The size is not awaited here. Otherwise results of the meantime would not be sent, and the next backend may
      // block this thread for ever.
      if (own.length > 0 && !sizing.has(base)) {
        const told = gzippedSize(own).then(
          (size) => void sizes.set(base, size),
          // If there is no size, the report leaves it out.
          () => undefined,
        );
        sizing.set(base, told);
      }
    }
    if (event.type === "progress") {
      const { phase, done, total, label, elapsed, remaining } = event;
      post({
        type: "progress",
        progress: { phase, done, total, label, elapsed, ...(remaining !== undefined && { remaining }) },
      });
    } else if (performance.now() - sent > REPORT_EVERY || isFinal(event)) {
      send();
    }
  }
  await Promise.all(sizing.values());
  send();
  post({ type: "end" });
}

/** Whether an event must be sent at once, because the next step may block this thread for ever. */
function isFinal(event: CompareEvent): boolean {
  if (event.type === "layer" || event.type === "network") return event.final;
  return event.type === "begin" || event.type === "failure" || event.type === "phase";
}

function withSizes(report: CompareReport, sizes: ReadonlyMap<string, number>): CompareReport {
  const backends = report.backends.map((backend) => {
    const downloadBytes = sizes.get(backend.asked.split(/[:?]/)[0]!);
    return downloadBytes === undefined ? backend : { ...backend, downloadBytes };
  });
  return { ...report, backends };
}
