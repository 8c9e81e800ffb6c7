/** jax-js's webgpu device behind the Backend interface. */

import * as library from "@jax-js/jax";
import { BackendUnavailableError } from "@convene/core";
import { jaxBackend } from "../jax-backend.js";
import type { Jax } from "../jax-types.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults }) => {
  const jax = library as Jax;
  if (!(await jax.init("webgpu")).includes("webgpu")) {
    throw new BackendUnavailableError("jax-js-webgpu", "jax-js has no WebGPU here", "Start Chromium with an adapter.");
  }
  jax.defaultDevice("webgpu");
  return async () =>
    jaxBackend(jax, { name: "jax-js-webgpu", engine: "webgpu", features: GRAPHICS_FEATURES, check: faults.check });
};

export default open;
