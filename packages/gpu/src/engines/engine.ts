/** What the backend needs of each mode of gpu.js: to put texels somewhere, have kernels work on them, and read them. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import type { GpuJs, Kernel, Mode } from "../gpu-js.js";
import type { Access, Arguments } from "../kernel-source.js";
import { lengthOf, type Nc4hw4 } from "../nc4hw4.js";

/** `Handle`: planes of texels where a kernel can take them. */
export interface Engine<Handle> {
  readonly mode: Mode;
  /** What it runs on. */
  readonly device: string;
  readonly gpu: GpuJs;
  /** Why planes of this size cannot be, where they cannot: what they take, and the limit. */
  refuse(planes: Nc4hw4): string | undefined;
  /** As `refuse`, of what a kernel is to write. */
  refuseOutput(planes: Nc4hw4): string | undefined;
  /** How many tensors a kernel can read. */
  readonly mostInputs: number;
  /** How a kernel that takes `args` reads them. */
  access(args: Arguments): Access;
  /** A kernel that writes `output`, compiled, and found to run as it should. */
  compile(source: string, args: Arguments, output: Nc4hw4): Promise<Kernel>;
  /** Texels of any content. @throws ConveneError `ERR_OUT_OF_MEMORY` where that is known at once */
  allocate(planes: Nc4hw4): Handle;
  /** Whether memory that was allocated for the first can hold the second, which is no larger. */
  fits(memory: Nc4hw4, planes: Nc4hw4): boolean;
  /** Another handle over the same memory, which is given back when all of them are freed. */
  view(handle: Handle, planes: Nc4hw4): Handle;
  /** Resolves when the handle's memory is there. @throws ConveneError `ERR_OUT_OF_MEMORY` */
  ready(handle: Handle): Promise<void>;
  write(handle: Handle, planes: Nc4hw4, data: Float32Array<ArrayBuffer>): void;
  /** Takes no device memory. */
  run(kernel: Kernel, args: readonly Handle[], output: Handle): Promise<void>;
  read(handle: Handle, planes: Nc4hw4): Promise<Float32Array>;
  free(handle: Handle): void;
  /** Resolves when all that was asked for is done. @throws where some of it failed, which nothing else has said */
  finished(): Promise<void>;
  /** Kernels that are left are destroyed. */
  dispose(): Promise<void>;
}

/**
 * gpu.js takes other modes where one does not work; a backend never does. Its kernels for WebGL call themselves "gpu", of
 * whichever version, which their context tells.
 *
 * @throws ConveneError `ERR_EXECUTION` where a kernel that has run did so in another mode than was asked for
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

/** The device is gone, and all that was on it. */
export function lostError(): ConveneError {
  const message = "gpu: the device was lost, and with it what was on it. Dispose of this backend and open another";
  return new ConveneError("ERR_EXECUTION", message);
}

/** Whatever else keeps a mode from opening than what it says itself. */
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

/** `"google swiftshader, software"`, `"nvidia hopper, hardware"`. `hints`: what else may give a driver in software away. */
export function withKind(name: string, ...hints: readonly (string | undefined)[]): string {
  return `${name}, ${SOFTWARE.test([name, ...hints].join(" ")) ? "software" : "hardware"}`;
}
