/** The backends of the playground, each loaded when it is first asked for. */

import { type Backend, BackendUnavailableError } from "@convene/core";
import type { BackendId } from "./settings.js";

/** @throws BackendUnavailableError where it cannot run here, with the reason and a remedy */
export async function openBackend(id: BackendId): Promise<Backend> {
  switch (id) {
    case "cpu":
      return (await import("@convene/cpu")).cpu();
    case "cpu:js":
      return (await import("@convene/cpu")).cpu({ kernels: "js" });
    case "worker-threads":
      return (await import("@convene/worker-threads")).workerThreads();
    case "gpu:webgl2":
      return (await import("@convene/gpu")).gpu({ mode: "webgl2" });
    case "gpu:webgpu":
      // WebGPU is only there in what browsers call a secure context; gpu.js cannot know why it is not.
      if (!globalThis.isSecureContext) {
        const reason = "this page was not opened over https or from localhost, and WebGPU is only there where it was";
        throw new BackendUnavailableError("gpu", reason, "Open the page over https, or take WebGL2");
      }
      return (await import("@convene/gpu")).gpu({ mode: "webgpu" });
  }
}
