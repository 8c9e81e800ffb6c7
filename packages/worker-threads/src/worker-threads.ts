/** The factory of the backend. */

import { type Backend, BackendUnavailableError } from "@convene/core";
import { checkInteger, checkKeys, checkOneOf, defineBackend } from "@convene/core/backend";
import {
  bundle,
  checkBuildOptions,
  checkWide,
  createWasmCopies,
  disposeSharedMemory,
  forbidden,
  KERNEL_NAMES,
  kernelMemory,
  MOST_WASM_MEMORY,
  pickBuild,
  reserveWasmMemory,
  type WasmExports,
  withSharedMemory,
} from "@convene/cpu/kernels";
import { implementation } from "./backend.js";
import { workerSource } from "./generated/worker.js";
import { withOpeningLimit } from "./opening-limit.js";
import { type Pool, startPool } from "./pool.js";
import { checkSharedMemory } from "./shared-memory.js";
import { findPlatform, hasNodeWorkers, type Platform } from "./thread.js";

/** Options of `workerThreads`. */
export interface WorkerThreadsOptions {
  /**
   * How many threads compute, from 1 to 256. Default: as many as this process may run at once. In Node this respects the process's
   * affinity and a container's quota (half a processor gives one thread).
   */
  readonly threads?: number;
  /**
   * Which WebAssembly build: `"relaxed"` (relaxed SIMD, whose multiply-add most machines fuse), `"simd128"`, or `"auto"`
   * (the default) to detect.
   */
  readonly simd?: "relaxed" | "simd128" | "auto";
  /**
   * The calling thread's part. `"waits"` (the default): the workers compute, and the event loop of the calling thread is free.
   * `"joins"`: the calling thread is one of the threads, and a run blocks its event loop, as with `cpu`. A single run then takes less
   * time, because it begins without waking a thread and ends without a message. docs/kernels.md, "Threads", has the measurement.
   */
  readonly caller?: "waits" | "joins";
  /** 256-bit operations, on Node 24 and later; the same as `cpu`'s option of that name, which sets a flag of the process. */
  readonly wide?: boolean;
  /**
   * Bytes that tensors and plans may take together, an integer from 65,536. Default and most: 4 GiB less two pages of 64 KiB. Only the
   * memory in use is taken from the system. If the engine cannot reserve so many addresses, `workerThreads` halves the default until it
   * can, down to 256 MiB. It does not halve a number that is given here.
   */
  readonly maxMemory?: number;
}

/** The parts that tests replace. */
export interface Internals {
  /** The workers' program. */
  readonly source?: string;
  readonly platform?: Platform;
  /** Seconds without any answer of a worker after which opening is given up. */
  readonly silence?: number;
  /** Called with the pool before anything runs. */
  readonly onPool?: (pool: Pool) => void;
}

const NAME = "worker-threads";
const MOST_THREADS = 256;
const LEAST_MEMORY = 65536;
const WITHOUT_WASM = 'Use @convene/cpu with cpu({ kernels: "js" }), which needs no WebAssembly';
const ELSEWHERE = "Use @convene/cpu, which needs one thread";

/**
 * A backend on all cores of the processor: the kernels of `cpu`, with the same bits, on workers that share one memory. The calling thread
 * copies tensors in and out, and does not wait for a run, unless `caller` is `"joins"`.
 *
 * @throws BackendUnavailableError where there are no workers, no shared memory, or no WebAssembly; it never runs other kernels or fewer
 * threads instead
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function workerThreads(options: WorkerThreadsOptions = {}): Promise<Backend> {
  return openWorkerThreads(options);
}

export async function openWorkerThreads(options: WorkerThreadsOptions, internals: Internals = {}): Promise<Backend> {
  checkKeys("workerThreads options", options, ["threads", "caller", "simd", "wide", "maxMemory"]);
  const { threads: asked, caller = "waits", maxMemory: limit } = options;
  checkOneOf("caller", caller, ["waits", "joins"]);
  if (asked !== undefined) checkInteger("threads", asked, 1, MOST_THREADS);
  const buildOptions = checkBuildOptions(options);
  if (limit !== undefined) checkInteger("maxMemory", limit, LEAST_MEMORY, MOST_WASM_MEMORY);

  checkSharedMemory(NAME);
  const platform = internals.platform ?? (await findPlatform().catch(withoutWorkers));
  if (!platform) {
    throw new BackendUnavailableError(NAME, "this JavaScript engine has no workers", ELSEWHERE);
  }
  const threads = asked ?? Math.min(platform.parallelism, MOST_THREADS);
  const asker = { backend: NAME, factory: "workerThreads", remedy: WITHOUT_WASM };
  const build = pickBuild(bundle, buildOptions, asker);
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(withSharedMemory(build.bytes));
  } catch (cause) {
    throw forbidden(asker, cause);
  }
  const reserved = reserveWasmMemory(asker, limit, true);
  const { memory, maxMemory } = reserved;
  const kernels = kernelMemory(memory);
  // The calling thread has its own instance of the kernels, because it copies tensors in and out.
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const { clearRows, toNhwc, toNchw, ...run } = exports as unknown as WasmExports;
  const copies = createWasmCopies(kernels, { toNhwc, toNchw });
  if (build.wide) {
    checkWide({ name: build.name, memory: kernels, maxMemory, tiles: build.tiles, copies, run }, asker);
  }
  let pool: Pool;
  try {
    pool = await startPool({
      startThread: withOpeningLimit(platform.startThread, internals.silence),
      source: internals.source ?? workerSource,
      threads,
      ...(caller === "joins" && { caller: { clearRows, kernels: KERNEL_NAMES.map((name) => run[name]!) } }),
      module,
      memory,
      kernels: KERNEL_NAMES,
    });
  } catch (cause) {
    // No worker has written to the memory, because there was no work yet, so another backend may reuse it.
    disposeSharedMemory(reserved, true);
    throw new BackendUnavailableError(NAME, `workers cannot be started here (${String(cause)})`, remedyFor(cause), {
      cause,
    });
  }
  internals.onPool?.(pool);
  return defineBackend(
    implementation({
      build,
      memory: kernels,
      copies,
      maxMemory,
      pool,
      caller,
      giveBack: (reuse) => disposeSharedMemory(reserved, reuse),
    }),
  );
}

function withoutWorkers(cause: unknown): never {
  const reason = `Node's workers are here, and their module cannot be imported (${String(cause)})`;
  const remedy = `Run on Node 20.16 or later, where no import is needed. ${ELSEWHERE}`;
  throw new BackendUnavailableError(NAME, reason, remedy, { cause });
}

function remedyFor(cause: unknown): string {
  if ((cause as { readonly code?: unknown } | undefined)?.code === "ERR_ACCESS_DENIED") {
    return "Run node with --allow-worker beside --permission, or use @convene/cpu, which needs one thread";
  }
  if (hasNodeWorkers()) return ELSEWHERE;
  return `Where a Content-Security-Policy is set, it needs worker-src blob: and script-src 'wasm-unsafe-eval'. ${ELSEWHERE}`;
}
