/**
 * @convene/cpu: convolution on one thread, in WebAssembly SIMD or plain JavaScript.
 *
 * @packageDocumentation
 */

export { cpu, cpu as default, type CpuOptions } from "./cpu.js";
export type { Simd } from "./wasm-build.js";
