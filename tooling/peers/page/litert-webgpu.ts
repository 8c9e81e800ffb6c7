/** LiteRT.js's webgpu accelerator behind the Backend interface. */

import * as library from "@litertjs/core";
import { type Backend, BackendUnavailableError, type Conv2dProblem, type Support } from "@convene/core";
import { litertBackend } from "../litert-backend.js";
import type { LiteRt } from "../litert-types.js";
import { PEERS } from "../peers.js";
import { isDepthwise } from "../tflite.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

/**
 * The reason why these groups are refused. LiteRT fails on them, and later cases then fail too: wrong results, memory out of
 * bounds, a page that hangs.
 */
const NO_GROUPS: Support = {
  reason:
    "groups of channels that are no multiple of 4: LiteRT.js does not compute them on WebGPU, which --variant groups shows",
};

const open: PageFactory = async ({ faults, variant, modules }) => {
  const lib = library as LiteRt;
  await lib.loadLiteRt(`${modules}@litertjs/core/wasm/`);
  const version = PEERS.litert.packages["@litertjs/core"];
  const device = lib.getWebGpuDevice();
  if (!device) {
    throw new BackendUnavailableError(
      "litert-webgpu",
      "LiteRT.js has no WebGPU here",
      "Start Chromium with an adapter.",
    );
  }
  /**
   * Waits for the queue, because WebGPU reports an error only when its queue reaches it. Without the wait the next case gets
   * the error.
   */
  const check = async (): Promise<void> => {
    await device.queue.onSubmittedWorkDone();
    await faults.check();
  };
  return async (): Promise<Backend> =>
    litertBackend(
      {
        name: "litert-webgpu",
        lib,
        device: `LiteRT.js ${version} webgpu`,
        features: GRAPHICS_FEATURES,
        supports: (problem) => (variant === "groups" || isComputed(problem) ? true : NO_GROUPS),
        check,
      },
      "webgpu",
    );
};

/** Whether LiteRT computes the groups of a problem. The five tried cases with such groups were right, and the twelve others failed. */
function isComputed(problem: Conv2dProblem): boolean {
  const { g, ic, oc } = problem;
  return g === 1 || isDepthwise(problem) || ((ic / g) % 4 === 0 && (oc / g) % 4 === 0);
}

export default open;
