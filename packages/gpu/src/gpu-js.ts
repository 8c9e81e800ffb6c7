/**
 * The part of gpu.js that is used here, with types for what it really returns. gpu.js's own types describe synchronous kernels only.
 */

import * as module from "gpu.js";

/** The modes of gpu.js that `gpu` offers. The last two use no graphics processor. */
export type Mode = "webgpu" | "webgl2" | "webasm" | "cpu";

/** A function in a device's own language, with a name and a signature. The name of the type is gpu.js's. */
export interface NativeFunction {
  readonly name: string;
  readonly source: string;
  readonly settings: { readonly returnType: string; readonly argumentTypes: Readonly<Record<string, "Float">> };
}

export interface Kernel {
  /** The result depends on the mode, and each engine knows its own. */
  (...args: readonly unknown[]): unknown;
  destroy(): void;
  readonly kernel: {
    /** The class that really runs the kernel. */
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
  /** `"precision"`: 32 bits for all numbers. Without it gpu.js takes fewer bits for small textures. */
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
  /** `size` is x, y, z; x is innermost. */
  readonly input: (data: Float32Array, size: readonly number[]) => object;
}

// gpu.js is a CommonJS module. Some engines cannot see its names in advance, and give the whole module as the default export.
const namespace = module as unknown as { readonly default?: unknown };
export const gpuJs = ("GPU" in namespace ? namespace : namespace.default) as Module;
