/** What the backend needs of each mode of gpu.js: to put texels somewhere, have kernels work on them, and read them. */

import { ConveneError } from "@convene/core";
import type { GpuJs, Kernel, Mode } from "../gpu-js.js";
import type { Access, Arguments } from "../kernel-source.js";
import type { Planes } from "../planes.js";

/** `Handle`: planes of texels where a kernel can take them. Nothing here is called twice at once. */
export interface Engine<Handle> {
  readonly mode: Mode;
  /** What it runs on. */
  readonly device: string;
  readonly gpu: GpuJs;
  /** Why planes of this size cannot be, where they cannot: the limit, and what it is compared with. */
  refuse(planes: Planes): string | undefined;
  /** How a kernel that takes `args` reads them. */
  access(args: Arguments): Access;
  /** A kernel that returns `output`. It is compiled when it runs first. */
  compile(source: string, args: Arguments, output: Planes): Kernel;
  /** Texels from the host, or zeros. */
  upload(planes: Planes, data?: Float32Array<ArrayBuffer>): Handle;
  run(kernel: Kernel, args: readonly Handle[], output: Planes): Promise<Handle>;
  read(handle: Handle, planes: Planes): Promise<Float32Array>;
  free(handle: Handle): void;
  /** Resolves when all that was asked for is done. @throws where some of it failed, which nothing else has said */
  finished(): Promise<void>;
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

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** `"google swiftshader, software"` */
export function withKind(name: string, ...hints: readonly (string | undefined)[]): string {
  return isSoftware([name, ...hints].join(" ")) ? `${name}, software` : name;
}

export function isSoftware(name: string): boolean {
  return SOFTWARE.test(name);
}
