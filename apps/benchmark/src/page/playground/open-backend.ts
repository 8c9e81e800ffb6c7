/** The backends of the playground. Each is loaded at its first use. */

import { type Backend, BackendUnavailableError } from "@convene/core";
import type { BackendId } from "./settings.js";

/** @throws BackendUnavailableError with reason and remedy, if the backend cannot run here */
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
      // Browsers have WebGPU only in a secure context. gpu.js does not know this reason.
      if (!globalThis.isSecureContext) {
        const reason = "this page was not opened over https or from localhost, and WebGPU is only there where it was";
        throw new BackendUnavailableError("gpu", reason, "Open the page over https, or take WebGL2");
      }
      return (await import("@convene/gpu")).gpu({ mode: "webgpu" });
  }
}
