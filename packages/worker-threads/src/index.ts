/**
 * @convene/worker-threads: convolution on every core, in WebAssembly SIMD over one shared memory.
 *
 * @packageDocumentation
 */

export { workerThreads, workerThreads as default, type WorkerThreadsOptions } from "./worker-threads.js";
