/**
 * @convene/gpu: convolution on a graphics processor, through gpu.js.
 *
 * @packageDocumentation
 */

export { gpu, gpu as default, type GpuOptions } from "./gpu.js";
