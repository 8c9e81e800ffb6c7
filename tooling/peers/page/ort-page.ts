/** ONNX Runtime's builds for browsers behind the Backend interface. */

import type { Backend, Conv2dProblem, Support } from "@convene/core";
import { onnxModel, type OnnxModelOptions } from "../onnx.js";
import { ortBackend } from "../ort.js";
import { keepLastSession } from "../last-session.js";
import type { Ort, OrtSession, OrtSessionOptions } from "../ort-types.js";
import { hasSamePads, NOT_SAME } from "../same-pads.js";
import type { ConsoleFaults } from "./console-faults.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

/** Where the page's server has the package as it was published: its builds look for their WebAssembly beside them. */
const FOLDER = "/modules/onnxruntime-web/dist/";

/** @param build a file of the package */
export function ortFactory(name: string, build: string, provider: "webgpu" | "webgl"): PageFactory {
  return async ({ faults, variant }) => {
    const address: string = `${FOLDER}${build}`;
    const ort = (await import(address)) as Ort;
    Object.assign(ort.env.wasm, { numThreads: 1, wasmPaths: FOLDER });
    ort.env.logLevel = "error";
    const session: OrtSessionOptions = {
      executionProviders: [variant === "nchw" ? { name: "webgpu", preferredLayout: "NCHW" } : provider],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    };
    const same = variant === "auto_pad";
    const written: OnnxModelOptions = same ? { autoPad: "SAME_UPPER" } : { bare: variant === "bare" };
    return async (): Promise<Backend> =>
      ortBackend(inTurn(ort, faults), {
        name,
        device: `ONNX Runtime ${ort.env.versions.web} ${provider}, ${build}${variant === undefined ? "" : `, ${variant}`}`,
        session,
        features: { ...GRAPHICS_FEATURES, supports: (problem) => supports(problem, provider, same) },
        model: (problem, weights) => onnxModel(problem, weights, written),
      });
  };
}

function supports(p: Conv2dProblem, provider: "webgpu" | "webgl", same: boolean): Support {
  if (same && !hasSamePads(p)) return NOT_SAME;
  if (provider !== "webgl") return true;
  if (p.paddingMode === "circular") return { reason: "Pad in mode wrap: the WebGL provider has none" };
  return same && (p.dh > 1 || p.dw > 1) ? { reason: "auto_pad with a dilation: the WebGL provider has none" } : true;
}

/** Of all sessions, since they share one device. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * One thing at a time: two sessions that the native build makes at once end in "another WebGPU EP inference session is being
 * created". What the console alone was told of, the session throws.
 */
function inTurn(ort: Ort, faults: ConsoleFaults): Ort {
  const one = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = turn;
    const mine = (async () => {
      await before.catch(() => undefined);
      const result = await work();
      await faults.check();
      return result;
    })();
    turn = mine;
    return await mine;
  };
  return {
    Tensor: ort.Tensor,
    env: ort.env,
    InferenceSession: keepLastSession({
      async create(model, options): Promise<OrtSession> {
        const session = await one(async () => ort.InferenceSession.create(model, options));
        return {
          run: async (feeds) => one(async () => session.run(feeds)),
          release: async () => one(async () => session.release()),
        };
      },
    }),
  };
}
