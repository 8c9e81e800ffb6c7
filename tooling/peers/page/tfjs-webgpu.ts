/** tfjs's webgpu backend behind the Backend interface. */

import * as tensorflow from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgpu";
import { BackendUnavailableError } from "@convene/core";
import { tfjsBackend } from "../tfjs.js";
import type { Tf } from "../tfjs-types.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

/** tfjs's WebGPU backend. It collects commands until a call submits them. */
interface TfWebgpu {
  readonly commandEncoder: unknown;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readonly device: {
    readonly adapterInfo?: { readonly vendor: string; readonly architecture: string; readonly description: string };
    readonly queue: { onSubmittedWorkDone(): Promise<void> };
  };
}

const open: PageFactory = async ({ faults, variant }) => {
  const tf = tensorflow as Tf & { backend(): TfWebgpu };
  if (!(await tf.setBackend("webgpu"))) {
    throw new BackendUnavailableError("tfjs-webgpu", "tfjs has no WebGPU here", "Start Chromium with an adapter.");
  }
  await tf.ready();
  const backend = tf.backend();
  const { vendor, architecture, description } = backend.device.adapterInfo ?? {};
  const adapter =
    [vendor, architecture, description].filter(Boolean).join(" ") || "an adapter that does not tell its name";
  return async () =>
    tfjsBackend(tf, {
      backend: "webgpu",
      engine: `WebGPU: ${adapter}`,
      async sync() {
        if (backend.commandEncoder) {
          backend.endComputePassEncoder();
          backend.submitQueue();
        }
        await backend.device.queue.onSubmittedWorkDone();
      },
      features: GRAPHICS_FEATURES,
      check: faults.check,
      same: variant === "same",
      disposeAfterReads: variant === "dispose_after_reads",
    });
};

export default open;
