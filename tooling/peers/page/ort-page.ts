/** ONNX Runtime's builds for browsers behind the Backend interface. */

import type { Backend, Conv2dProblem, Support } from "@convene/core";
import { onnxModel, type OnnxModelOptions } from "../onnx.js";
import { ortBackend } from "../ort.js";
import { keepLastSession } from "../last-session.js";
import { ortNetwork } from "../ort-network.js";
import { startOrt } from "../ort-start.js";
import type { Ort, OrtSession, OrtSessionOptions } from "../ort-types.js";
import { hasSamePads, NOT_SAME } from "../same-pads.js";
import type { ConsoleFaults } from "./console-faults.js";
import { GRAPHICS_FEATURES, inThreads, type PageFactory } from "./page-factory.js";

type Provider = "wasm" | "webgpu" | "webgl";

/** @param build a file of ONNX Runtime's package */
export function ortFactory(name: string, build: string, provider: Provider): PageFactory {
  return async ({ faults, variant, modules, threads }) => {
    // The published folder, because the builds look for their WebAssembly in their own folder.
    const folder = `${modules}onnxruntime-web/dist/`;
    const address: string = `${folder}${build}`;
    const ort = (await import(address)) as Ort;
    Object.assign(ort.env.wasm, { numThreads: threads, wasmPaths: folder });
    ort.env.logLevel = "error";
    const session: OrtSessionOptions = {
      executionProviders: [variant === "nchw" ? { name: "webgpu", preferredLayout: "NCHW" } : provider],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    };
    const same = variant === "auto_pad";
    await startOrt(ort, session);
    const graphics = provider === "wasm" ? PROCESSOR_FEATURES : GRAPHICS_FEATURES;
    // The first session has started the largest possible number of threads.
    const what = provider === "wasm" ? `simd128, ${inThreads(ort.env.wasm.numThreads ?? 1)}` : build;
    const adapter = provider === "webgpu" ? `, WebGPU: ${await adapterName()}` : "";
    const written: OnnxModelOptions = same ? { autoPad: "SAME_UPPER" } : { bare: variant === "bare" };
    const one = inTurn(ort, faults);
    const library = async (): Promise<Backend> =>
      ortBackend(one, {
        name,
        device: `ONNX Runtime ${ort.env.versions.web} ${provider}, ${what}${variant === undefined ? "" : `, ${variant}`}${adapter}`,
        session,
        features: { ...graphics, supports: (problem) => supports(problem, provider, same) },
        model: (problem, weights) => onnxModel(problem, weights, written),
      });
    return Object.assign(library, { prepareNetwork: ortNetwork(one, session) });
  };
}

const PROCESSOR_FEATURES = { nonFinite: true, subnormals: true } as const;

/** The name of WebGPU's adapter. ONNX Runtime does not report it. */
async function adapterName(): Promise<string> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<{ info?: Record<string, string> } | null> } };
  const { vendor, architecture, description } = (await gpu?.requestAdapter())?.info ?? {};
  return [vendor, architecture, description].filter(Boolean).join(" ") || "an adapter that does not tell its name";
}

function supports(p: Conv2dProblem, provider: Provider, same: boolean): Support {
  if (same && !hasSamePads(p)) return NOT_SAME;
  if (provider !== "webgl") return true;
  if (p.paddingMode === "circular") return { reason: "Pad in mode wrap: the WebGL provider has none" };
  return same && (p.dh > 1 || p.dw > 1) ? { reason: "auto_pad with a dilation: the WebGL provider has none" } : true;
}

/** The queue of all sessions, because they share one device. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs one call at a time. If the native build makes two sessions at once, it fails with "another WebGPU EP inference session is being
 * created". The session also throws errors that only the console shows.
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
