/**
 * gpu.js as far as it is used here, with types that say what really comes back: its own describe synchronous kernels only.
 */

import * as module from "gpu.js";

/** The modes of gpu.js that can be asked for. */
export type Mode = "webgpu";

/** A result that stays on the device. */
export interface Handle {
  toArray(): Promise<HostArray>;
  delete(): void;
}

/** Planes of rows of elements. */
export type HostArray = readonly (readonly Float32Array[])[];

export interface Kernel {
  (...args: readonly unknown[]): Promise<Handle>;
  setOutput(output: readonly number[]): void;
  destroy(): void;
  readonly kernel: {
    /** What really runs it. */
    readonly constructor: { readonly mode: string };
    readonly fallbackReason?: string | null;
    readonly context?: unknown;
  };
}

export interface KernelSettings {
  readonly output: readonly number[];
  readonly pipeline: true;
  readonly immutable: true;
  readonly precision: "single";
  readonly argumentTypes: readonly string[];
  readonly dynamicOutput?: boolean;
  readonly dynamicArguments?: boolean;
}

export interface Gpu {
  createKernel(source: string, settings: KernelSettings): Kernel;
  destroy(): Promise<void>;
}

interface Module {
  readonly GPU: new (settings: { readonly mode: Mode }) => Gpu;
  /** `size` is x, y, z, x innermost. */
  readonly input: (data: Float32Array, size: readonly number[]) => object;
}

// A CommonJS module: where names cannot be told in advance, all of it is the default export, of which its types know nothing.
const namespace = module as unknown as { readonly default?: unknown };
export const gpuJs = ("GPU" in namespace ? namespace : namespace.default) as Module;
