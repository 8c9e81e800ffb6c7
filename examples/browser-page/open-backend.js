/** Which backend the page runs on: a graphics processor where there is one, else every core, else one thread. */

import { BackendUnavailableError } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";

/** The backends, the most wanted first. gpu.js is large, so it is loaded when it is asked for. */
const BACKENDS = [
  async () => (await import("@convene/gpu")).gpu({ device: "hardware" }),
  () => workerThreads(),
  () => cpu(),
];

/**
 * The first that runs here. No backend falls back by itself: the page tries one after the other, and says why one could not.
 *
 * @param {(reason: string) => void} say
 * @param {readonly (() => Promise<import("@convene/core").Backend>)[]} [factories]
 */
export async function openBackend(say, factories = BACKENDS) {
  for (const open of factories) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      say(error.message);
    }
  }
  throw new Error("no backend runs in this browser: it needs WebAssembly");
}
