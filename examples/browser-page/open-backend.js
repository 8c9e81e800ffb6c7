/** Opens the page's backend: on a graphics processor if there is one, otherwise on every core, otherwise on one thread. */

import { BackendUnavailableError } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";

/** The backends, the best first. */
const BACKENDS = [openGpu, () => workerThreads(), () => cpu()];

/** gpu.js is large, so it is loaded only when it is needed. If it cannot be loaded, the page still has the processor. */
async function openGpu() {
  const { gpu } = await import("@convene/gpu").catch((cause) => {
    throw new BackendUnavailableError(
      "gpu",
      `@convene/gpu cannot be loaded (${cause})`,
      "Install it, or do without it",
    );
  });
  return await gpu({ device: "hardware" });
}

/**
 * Opens the first backend that runs here. No backend falls back by itself. So the page tries one after the other, and tells the
 * reason if a backend cannot run.
 *
 * @param {(reason: string) => void} say
 * @param {readonly (() => Promise<import("@convene/core").Backend>)[]} [factories]
 */
export async function openBackend(say, factories = BACKENDS) {
  const reasons = [];
  for (const open of factories) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      say(error.message);
      reasons.push(error.reason);
    }
  }
  throw new Error(`no backend runs in this browser: ${reasons.join("; ")}`);
}
