/**
 * gpu.js as far as it is used here, with types that say what really comes back: its own describe synchronous kernels only.
 */

import * as module from "gpu.js";

/** The modes of gpu.js that can be asked for; the last two without a graphics processor. */
export type Mode = "webgpu" | "webgl2" | "webasm" | "cpu";

/** What gpu.js calls a function with a name and a signature, in a device's own language. */
export interface NativeFunction {
  readonly name: string;
  readonly source: string;
  readonly settings: { readonly returnType: string; readonly argumentTypes: Readonly<Record<string, "Float">> };
}

export interface Kernel {
  /** What it returns depends on the mode: each engine knows. */
  (...args: readonly unknown[]): unknown;
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
  readonly precision: "single";
  readonly pipeline?: boolean;
  readonly immutable?: boolean;
  readonly asyncMode?: boolean;
  /** `"precision"`: numbers of 32 bits everywhere; else gpu.js takes smaller ones for small textures. */
  readonly tactic?: "precision";
  readonly argumentTypes?: readonly string[];
  readonly nativeFunctions?: readonly NativeFunction[];
}

export interface GpuJs {
  createKernel(source: string, settings: KernelSettings): Kernel;
  destroy(): Promise<void>;
}

interface Module {
  readonly GPU: new (settings: { readonly mode: Mode; readonly canvas?: unknown; readonly context?: unknown }) => GpuJs;
  /** `size` is x, y, z, x innermost. */
  readonly input: (data: Float32Array, size: readonly number[]) => object;
}

// A CommonJS module: where names cannot be told in advance, all of it is the default export, of which its types know nothing.
const namespace = module as unknown as { readonly default?: unknown };
export const gpuJs = ("GPU" in namespace ? namespace : namespace.default) as Module;
