/** The factory of the backend. */

import {
  type Backend,
  type BackendFeatures,
  BackendUnavailableError,
  type Conv2dProblem,
  ConveneError,
  type OperationProblem,
  type Support,
} from "@convene/core";
import { checkKeys, checkOneOf, defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import { gpuImplementation, problemRefusal } from "./backend.js";
import { type Engine, unavailable } from "./engines/engine.js";
import { openHost } from "./engines/host.js";
import { openWebGl2, REMEDY as WITHOUT_WEBGL2 } from "./engines/webgl2.js";
import { openWebGpu } from "./engines/webgpu.js";
import { probeFeatures } from "./probe.js";
import { operationRefusal } from "./operations/operations.js";
import { withinLimit } from "./within-limit.js";

const MODES = ["auto", "webgpu", "webgl2", "webasm", "cpu"] as const;

/** Options of `gpu`. */
export interface GpuOptions {
  /**
   * `"webgpu"`: the WebGPU of a browser, or in Node the WebGPU of the optional package `webgpu`. `"webgl2"`: in
   * browsers only. `"auto"`, the default: WebGPU where it has an adapter, otherwise WebGL2. `"webasm"` and `"cpu"`:
   * gpu.js without a graphics processor, for comparison. The backend's `device` names the mode that runs.
   */
  readonly mode?: (typeof MODES)[number];
  /**
   * Part of the adapter's name, in upper or lower case, such as `"nvidia"`; the backend's `device` shows the whole name. `"hardware"` means
   * any adapter that is no driver in software. If another adapter answers, the backend is unavailable, because neither gpu.js nor WebGL2
   * lets a program choose. Default: any adapter.
   */
  readonly device?: string;
}

/**
 * A backend on a graphics processor, through gpu.js. The backend's `device` names the mode and the adapter, and says whether the adapter is
 * a driver in software. `gpu` tests whether the adapter keeps subnormals, NaN and infinities, and declares the result in `features`.
 *
 * @throws BackendUnavailableError where the chosen mode or device is not there; `gpu` never runs elsewhere instead
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export async function gpu(options: GpuOptions = {}): Promise<Backend> {
  checkKeys("gpu options", options, ["mode", "device"]);
  const { mode = "auto", device } = options;
  checkOneOf("mode", mode, MODES);
  if (device !== undefined && (typeof device !== "string" || device === "")) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `device (${JSON.stringify(device)}) must be part of an adapter's name`,
    );
  }
  if (mode === "webasm" || mode === "cpu") {
    if (device !== undefined) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `device (${JSON.stringify(device)}) means nothing in mode "${mode}"`,
      );
    }
    return await withinLimit(async () => describe(openHost(mode)), `mode "${mode}" of gpu.js`);
  }
  const webGpu = (): Promise<Backend> => withinLimit(async () => describe(await openWebGpu(device)), "WebGPU");
  const webGl2 = (): Promise<Backend> => withinLimit(async () => describe(await openWebGl2(device)), "WebGL2");
  if (mode === "webgpu") return await webGpu();
  if (mode === "webgl2") return await webGl2();
  try {
    return await webGpu();
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
    try {
      return await webGl2();
    } catch (second) {
      if (!(second instanceof BackendUnavailableError)) throw second;
      const reason = `${error.reason}; ${second.reason}`;
      // Where there is WebGL2, its remedy is nearer than a browser with WebGPU.
      const remedy = second.remedy === WITHOUT_WEBGL2 ? error.remedy : second.remedy;
      throw new BackendUnavailableError("gpu", reason, remedy, { cause: error });
    }
  }
}

/** A backend whose `features` say how its device treats subnormals, NaN and infinities: a first backend on the same engine finds out. */
async function describe<Handle>(engine: Engine<Handle>): Promise<Backend> {
  const supports = (problem: Conv2dProblem): Support => {
    const reason = problemRefusal(engine, problem);
    return reason === undefined || { reason };
  };
  const supportsOperation = (problem: OperationProblem): Support => {
    const reason = operationRefusal(engine, problem);
    return reason === undefined || { reason };
  };
  const own = { supports, operations: OPERATION_KINDS, supportsOperation };
  const make = (over: Engine<Handle>, features: BackendFeatures): Backend =>
    defineBackend(gpuImplementation(over, { ...features, ...own }));
  const probe = make({ ...engine, dispose: async () => undefined }, { nonFinite: true, subnormals: true });
  try {
    const features = await probeFeatures(probe);
    await probe.dispose();
    return make(engine, features);
  } catch (error) {
    await probe.dispose();
    await engine.dispose();
    throw unavailable(engine.mode, error, remedyFor(engine, error));
  }
}

/** The remedy for an error of opening. The remedy for limited addresses was tried on Node 20 and 22 under `ulimit -v 8000000`. */
function remedyFor({ mode }: Pick<Engine<unknown>, "mode">, error: unknown): string {
  const other = "Use another mode, or another backend";
  if (mode !== "webasm" || !(error instanceof ConveneError && error.code === "ERR_OUT_OF_MEMORY")) return other;
  return `Where the address space is limited (ulimit -v), run node with --disable-wasm-trap-handler (Node 20.15 or later), or Node 24 or later. ${other}`;
}
