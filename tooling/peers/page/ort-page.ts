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

/** @param build a file of the package */
export function ortFactory(name: string, build: string, provider: Provider): PageFactory {
  return async ({ faults, variant, modules, threads }) => {
    // As it was published: its builds look for their WebAssembly beside them.
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
    // The first session has started as many as there can be.
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

/** What WebGPU's adapter calls itself, of which ONNX Runtime says nothing. */
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
