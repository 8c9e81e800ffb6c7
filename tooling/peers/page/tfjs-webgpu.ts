/** tfjs's webgpu backend behind the Backend interface. */

import * as tensorflow from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgpu";
import { BackendUnavailableError } from "@convene/core";
import { tfjsBackend } from "../tfjs.js";
import type { Tf } from "../tfjs-types.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults, variant }) => {
  const tf = tensorflow as Tf;
  if (!(await tf.setBackend("webgpu"))) {
    throw new BackendUnavailableError("tfjs-webgpu", "tfjs has no WebGPU here", "Start Chromium with an adapter.");
  }
  await tf.ready();
  return async () =>
    tfjsBackend(tf, {
      backend: "webgpu",
      engine: "the page's adapter",
      features: GRAPHICS_FEATURES,
      check: faults.check,
      same: variant === "same",
    });
};

export default open;
