/** The factory. */

import { type Backend, type BackendFeatures, checkKeys, checkOneOf, defineBackend } from "@convene/core";
import { gpuImplementation } from "./backend.js";
import { withWebGpu } from "./device.js";
import { findFeatures } from "./features.js";

export interface GpuOptions {
  /** `"webgpu"`, the default and for now the only one: a browser's own, or in Node that of the optional package `webgpu`. */
  readonly mode?: "webgpu";
}

/**
 * A backend on a graphics processor, through gpu.js. `device` names the adapter, and whether it is one in software; what
 * that does with subnormals, NaN and infinities is found out, and declared in `features`.
 *
 * @throws BackendUnavailableError where there is no WebGPU, or no adapter; it never runs elsewhere instead
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export async function gpu(options: GpuOptions = {}): Promise<Backend> {
  checkKeys("gpu options", options, ["mode"]);
  checkOneOf("mode", options.mode === undefined ? "webgpu" : options.mode, ["webgpu"]);
  return await withWebGpu(async (platform) => {
    const make = (features: BackendFeatures): Backend => defineBackend(gpuImplementation(platform, features));
    const probe = make({ nonFinite: true, subnormals: true });
    try {
      return make(await findFeatures(probe));
    } finally {
      await probe.dispose();
    }
  });
}
