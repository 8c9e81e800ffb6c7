/** The backends with a name, each with its factory. This file knows nothing of kernels. */

import type { Backend } from "@convene/core";
import type { BackendOptions } from "./backend-name.js";
import type { PrepareNetwork } from "./own-network.js";

export interface BackendEntry {
  readonly about: string;
  /** Whether the backend is opened if the user names none. */
  readonly standard: boolean;
  /** @param options the options behind the name, as in `worker-threads?threads=2` */
  readonly open: (options: BackendOptions) => Promise<Backend>;
  /** The version of a library that has its own version. */
  readonly version?: string;
  /** The library's way to run a whole network. Left out: it runs layer by layer. */
  readonly prepareNetwork?: PrepareNetwork;
}

export type BackendTable = Readonly<Record<string, BackendEntry>>;

/** The table. Packages are loaded on demand, because `explain` and `--help` need none. */
export const BACKENDS: BackendTable = {
  cpu: {
    about: "WebAssembly SIMD, one thread; the fastest build that this engine has",
    standard: true,
    open: async (options) => (await import("@convene/cpu")).cpu(options),
  },
  "worker-threads": {
    about: "the kernels of cpu on every core, over shared memory",
    standard: true,
    open: async (options) => (await import("@convene/worker-threads")).workerThreads(options),
  },
  "worker-threads:joins": {
    about: "the same with the calling thread as one of the threads: its event loop stands still meanwhile",
    standard: false,
    open: async (options) => (await import("@convene/worker-threads")).workerThreads({ caller: "joins", ...options }),
  },
  gpu: {
    about: "WebGPU through gpu.js, where there is an adapter",
    standard: true,
    open: async (options) => (await import("@convene/gpu")).gpu(options),
  },
  "gpu:webasm": {
    about: "gpu.js without a graphics processor, in WebAssembly that it generates; for comparison",
    standard: false,
    open: async (options) => (await import("@convene/gpu")).gpu({ mode: "webasm", ...options }),
  },
  "cpu:js": {
    about: "plain JavaScript kernels, for where WebAssembly is forbidden",
    standard: true,
    open: async (options) => (await import("@convene/cpu")).cpu({ kernels: "js", ...options }),
  },
  "cpu:simd128": {
    about: "WebAssembly SIMD, without relaxed SIMD",
    standard: false,
    open: async (options) => (await import("@convene/cpu")).cpu({ simd: "simd128", ...options }),
  },
  "cpu:relaxed": {
    about: "WebAssembly SIMD, with relaxed SIMD",
    standard: false,
    open: async (options) => (await import("@convene/cpu")).cpu({ simd: "relaxed", ...options }),
  },
  "cpu:wide": {
    about: "256-bit operations, by an experimental flag of V8's that this sets for the process; Node 24 and later, x64",
    standard: false,
    open: async (options) => (await import("@convene/cpu")).cpu({ wide: true, ...options }),
  },
  "worker-threads:wide": {
    about: "the same on every core",
    standard: false,
    open: async (options) => (await import("@convene/worker-threads")).workerThreads({ wide: true, ...options }),
  },
  reference: {
    about: "the conformance suite's float64 loops: slow, and right",
    standard: false,
    open: async () => (await import("@convene/conformance")).referenceBackend(),
  },
};
