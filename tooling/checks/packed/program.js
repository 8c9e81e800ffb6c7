/**
 * The tiny program of `pnpm environments`. It opens each backend, computes nine numbers on it, and reports the result.
 * environments.ts and its neighbours write the file that runs it.
 */

import { BackendUnavailableError, Conv2d, prepare, tensor } from "@convene/core";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import { workerThreads } from "@convene/worker-threads";

/** The sums of the 3x3 windows over the numbers from 1 to 9. */
const SUMS = [12, 21, 16, 27, 45, 33, 24, 39, 28];

/** A time limit in milliseconds. It is longer than a backend may take to open. */
const PATIENCE = 90_000;

/** @type {Readonly<Record<string, (options: object) => Promise<import("@convene/core").Backend>>>} */
const FACTORIES = { cpu, "worker-threads": workerThreads, gpu };

/**
 * A cell for each backend: "ok", the refusal, or "FAILED" and the reason.
 *
 * @param {Readonly<Record<string, object>>} options by backend
 */
export async function tryBackends(options = {}) {
  /** @type {Record<string, string>} */
  const cells = {};
  for (const [name, open] of Object.entries(FACTORIES)) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve("FAILED: it neither opens nor refuses"), PATIENCE);
    });
    cells[name] = await Promise.race([use(() => open(options[name] ?? {})), late]);
    clearTimeout(timer);
  }
  return cells;
}

/** @param {() => Promise<import("@convene/core").Backend>} open */
async function use(open) {
  try {
    const backend = await open();
    const layer = new Conv2d(
      { inChannels: 1, outChannels: 1, kernelSize: 3, padding: 1, bias: false },
      { weight: new Float32Array(9).fill(1) },
    );
    const model = await prepare(backend, layer, [1, 1, 3, 3]);
    const { data } = await model.run(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]));
    const right = SUMS.every((sum, at) => sum === data[at]);
    model.dispose();
    await backend.dispose();
    return right ? "ok" : `FAILED: ${data.join(" ")}`;
  } catch (error) {
    if (error instanceof BackendUnavailableError) return `refused: ${error.reason}. Remedy: ${error.remedy}`;
    return `FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}
