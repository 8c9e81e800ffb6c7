/** The interface to each mode of gpu.js: it stores texels, runs kernels on them, and reads them back. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import type { GpuJs, Kernel, Mode } from "../gpu-js.js";
import type { Access, Arguments } from "../kernel-source.js";
import { lengthOf, type Nc4hw4 } from "../nc4hw4.js";

/** An engine: one mode of gpu.js. `Handle` is the type of planes of texels that a kernel can read and write. */
export interface Engine<Handle> {
  readonly mode: Mode;
  /** The name of the device, as the backend's `device` shows it. */
  readonly device: string;
  readonly gpu: GpuJs;
  /** The reason why the device cannot hold planes of this size, with the limit; undefined where it can. */
  refuse(planes: Nc4hw4): string | undefined;
  /** The reason why a kernel cannot write planes of this size; undefined where it can. */
  refuseOutput(planes: Nc4hw4): string | undefined;
  /** The most tensors that a kernel can read. */
  readonly mostInputs: number;
  /** The text by which a kernel that takes `args` reads its arguments. */
  access(args: Arguments): Access;
  /** Compiles a kernel that writes `output`, and runs the kernel once to see that it works. */
  compile(source: string, args: Arguments, output: Nc4hw4): Promise<Kernel>;
  /**
   * Allocates texels with undefined content.
   *
   * @throws ConveneError `ERR_OUT_OF_MEMORY` where the device reports this at once; otherwise `ready` reports it
   */
  allocate(planes: Nc4hw4): Handle;
  /** Whether memory that was allocated for `memory` can hold `planes`, which are no larger. */
  fits(memory: Nc4hw4, planes: Nc4hw4): boolean;
  /** Another handle over the same memory. The memory is freed when all its handles are freed. */
  view(handle: Handle, planes: Nc4hw4): Handle;
  /** Resolves when the handle's memory is there. @throws ConveneError `ERR_OUT_OF_MEMORY` */
  ready(handle: Handle): Promise<void>;
  write(handle: Handle, planes: Nc4hw4, data: Float32Array<ArrayBuffer>): void;
  /** Runs a kernel, and allocates no device memory. */
  run(kernel: Kernel, args: readonly Handle[], output: Handle): Promise<void>;
  read(handle: Handle, planes: Nc4hw4): Promise<Float32Array>;
  free(handle: Handle): void;
  /** Resolves when all earlier work is done. Rejects with a failure that no other call has reported */
  finished(): Promise<void>;
  /** Frees the engine, and destroys the kernels that are left. */
  dispose(): Promise<void>;
}

/**
 * Checks the mode in which a kernel has run. If a mode does not work, gpu.js takes another; a backend never does. A
 * kernel for WebGL names its mode "gpu" for both versions of WebGL, so its context must tell the version.
 *
 * @throws ConveneError `ERR_EXECUTION` where a kernel has run in another mode than `asked`
 */
export function checkMode({ kernel }: Pick<Kernel, "kernel">, asked: Mode): void {
  const { constructor, context, fallbackReason } = kernel;
  const ran = constructor.mode === "gpu" ? glVersion(context) : constructor.mode;
  if (ran === asked && !fallbackReason) return;
  const why = fallbackReason ? ` (${fallbackReason})` : "";
  throw new ConveneError("ERR_EXECUTION", `gpu: gpu.js ran a kernel in mode "${ran}", not "${asked}"${why}`);
}

function glVersion(context: unknown): string {
  const { WebGL2RenderingContext: Gl2 } = globalThis as { WebGL2RenderingContext?: new () => object };
  return Gl2 && context instanceof Gl2 ? "webgl2" : "webgl";
}

/** The error after a loss of the device. */
export function lostError(): ConveneError {
  const message = "gpu: the device was lost, and with it what was on it. Dispose of this backend and open another";
  return new ConveneError("ERR_EXECUTION", message);
}

/** An error of opening as a `BackendUnavailableError`. */
export function unavailable(mode: Mode, cause: unknown, remedy: string): BackendUnavailableError {
  if (cause instanceof BackendUnavailableError) return cause;
  const reason = `gpu.js does not start in mode "${mode}" (${cause instanceof Error ? cause.message : String(cause)})`;
  return new BackendUnavailableError("gpu", reason, remedy, { cause });
}

export function outOfMemory(planes: Nc4hw4, cause?: unknown): ConveneError {
  const message = `gpu: the device has no memory for ${4 * lengthOf(planes)} bytes`;
  return new ConveneError("ERR_OUT_OF_MEMORY", message, { cause });
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** `"google swiftshader, software"`, `"nvidia hopper, hardware"`. `hints` are other texts that may name a driver in software. */
export function withKind(name: string, ...hints: readonly (string | undefined)[]): string {
  return `${name}, ${SOFTWARE.test([name, ...hints].join(" ")) ? "software" : "hardware"}`;
}
