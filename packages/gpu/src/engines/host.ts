/** gpu.js without a graphics processor, for comparison: WebAssembly that it generates, or JavaScript. */

import { BackendUnavailableError } from "@convene/core";
import { elementsAccess } from "../access-elements.js";
import { type GpuJs, gpuJs } from "../gpu-js.js";
import { hostMemory, LANES, lengthOf, type Nc4hw4 } from "../nc4hw4.js";
import { checkMode, type Engine, unavailable } from "./engine.js";

const REMEDY =
  'Run on a later Node, without --jitless, or use @convene/cpu, whose cpu({ kernels: "js" }) needs no WebAssembly';

type Nested = number | Float32Array | readonly Nested[];

interface HostHandle {
  readonly data: Float32Array;
  /** gpu.js's `Input`. */
  readonly input: object;
}

/** Globals of Node that browsers do not have. */
interface Surroundings {
  readonly process?: { readonly versions?: { readonly node?: string }; readonly getBuiltinModule?: unknown };
  readonly Worker?: unknown;
}

/** @throws BackendUnavailableError */
export function openHost(mode: "webasm" | "cpu"): Engine<HostHandle> {
  const { process, Worker } = globalThis as Surroundings;
  if (mode === "webasm" && process?.versions?.node !== undefined && !process.getBuiltinModule && !Worker) {
    // gpu-js-bundle.ts gives gpu.js its Node modules through this function.
    const reason = `gpu.js's WebAssembly needs process.getBuiltinModule, which Node has from 20.16 on; this is Node ${process.versions.node}`;
    throw new BackendUnavailableError("gpu", reason, REMEDY);
  }
  let gpu: GpuJs;
  try {
    gpu = new gpuJs.GPU({ mode });
  } catch (error) {
    throw unavailable(mode, error, REMEDY);
  }
  const what = mode === "webasm" ? "WebAssembly" : "JavaScript";
  const handleOf = (data: Float32Array, planes: Nc4hw4): HostHandle => ({
    data,
    input: gpuJs.input(data, [LANES * planes.width, planes.height, planes.planes]),
  });
  const allocate = (planes: Nc4hw4): HostHandle => handleOf(hostMemory(lengthOf(planes)), planes);
  return {
    mode,
    device: `gpu.js ${mode}: ${what}, no graphics processor`,
    gpu,
    refuse: () => undefined,
    refuseOutput: () => undefined,
    mostInputs: Infinity,
    access: () => elementsAccess,
    async compile(source, args, { planes, height, width }) {
      const names = Object.keys(args);
      const kernel = gpu.createKernel(source, {
        output: [width, height, planes],
        precision: "single",
        // gpu.js uses several threads in this mode only.
        asyncMode: true,
        argumentTypes: names.map(() => "Input"),
      });
      try {
        await kernel(...Object.values(args).map((each) => allocate(each).input));
        checkMode(kernel, mode);
        return kernel;
      } catch (error) {
        kernel.destroy();
        throw error;
      }
    },
    allocate,
    fits: (memory, planes) => lengthOf(memory) >= lengthOf(planes),
    view: ({ data }, planes) => handleOf(data.subarray(0, lengthOf(planes)), planes),
    ready: async () => undefined,
    write: ({ data }, _, source) => data.set(source),
    async run(kernel, args, { data }) {
      flatten((await kernel(...args.map(({ input }) => input))) as Nested, data, 0);
    },
    read: async ({ data }) => data.slice(),
    free: () => undefined,
    finished: async () => undefined,
    dispose: () => gpu.destroy(),
  };
}

/** @returns the place after the last number that was written */
function flatten(from: Nested, to: Float32Array, at: number): number {
  if (typeof from === "number") {
    to[at] = from;
    return at + 1;
  }
  if (from instanceof Float32Array) {
    to.set(from, at);
    return at + from.length;
  }
  for (const each of from) at = flatten(each, to, at);
  return at;
}
