/** gpu.js without a graphics processor, for comparison: WebAssembly that it generates, or JavaScript. */

import { elementsAccess } from "../access-elements.js";
import { gpuJs } from "../gpu-js.js";
import { LANES, lengthOf, type Planes } from "../planes.js";
import type { Engine } from "./engine.js";

type Nested = number | Float32Array | readonly Nested[];

interface HostHandle {
  readonly data: Float32Array;
  /** What gpu.js calls an Input. */
  readonly input: object;
}

export function openHost(mode: "webasm" | "cpu"): Engine<HostHandle> {
  const gpu = new gpuJs.GPU({ mode });
  const handle = (data: Float32Array, { planes, height, width }: Planes): HostHandle => ({
    data,
    input: gpuJs.input(data, [LANES * width, height, planes]),
  });
  const what = mode === "webasm" ? "WebAssembly" : "JavaScript";
  return {
    mode,
    device: `gpu.js ${mode}: ${what}, no graphics processor`,
    gpu,
    refuse: () => undefined,
    access: () => elementsAccess,
    compile: (source, args, { planes, height, width }) =>
      gpu.createKernel(source, {
        output: [width, height, planes],
        precision: "single",
        // Only so does it take more than one thread.
        asyncMode: true,
        argumentTypes: Object.keys(args).map(() => "Input"),
      }),
    upload: (planes, data) => handle(data ?? new Float32Array(lengthOf(planes)), planes),
    async run(kernel, args, output) {
      const data = new Float32Array(lengthOf(output));
      flatten((await kernel(...args.map(({ input }) => input))) as Nested, data, 0);
      return handle(data, output);
    },
    read: async ({ data }) => data,
    free: () => undefined,
    finished: async () => undefined,
    dispose: () => gpu.destroy(),
  };
}

/** @returns where the next number goes */
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
