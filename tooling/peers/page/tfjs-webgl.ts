/** tfjs's webgl backend behind the Backend interface. */

import * as tensorflow from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import { BackendUnavailableError } from "@convene/core";
import { tfjsBackend } from "../tfjs.js";
import { webglFence, webglRenderer } from "./webgl.js";
import type { Tf } from "../tfjs-types.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults, variant }) => {
  const tf = tensorflow as Tf & { backend(): { gpgpu: { gl: WebGL2RenderingContext } } };
  if (!(await tf.setBackend("webgl"))) {
    throw new BackendUnavailableError(
      "tfjs-webgl",
      "tfjs has no WebGL here",
      "Start Chromium with a graphics adapter.",
    );
  }
  await tf.ready();
  const { gl } = tf.backend().gpgpu;
  return async () =>
    tfjsBackend(tf, {
      backend: "webgl",
      engine: `WebGL2: ${webglRenderer(gl)}`,
      sync: () => webglFence(gl),
      features: GRAPHICS_FEATURES,
      check: faults.check,
      same: variant === "same",
    });
};

export default open;
