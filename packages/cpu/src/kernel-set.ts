/**
 * What a set of kernels offers, in WebAssembly or in TypeScript. Both read plans, tables, weights and tensors at byte
 * addresses of one memory, in one format, so that everything outside the kernels is written once.
 */

/**
 * Computes jobs `start` to `end` of what the plan at address `plan` describes. `input`, `output` and `residual` are
 * addresses of the first pixel of the first image; `residual` is 0 for none.
 */
export type RangeKernel = (
  plan: number,
  input: number,
  output: number,
  residual: number,
  start: number,
  end: number,
) => void;

/**
 * The kernels by name. `depthwise` takes any kernel size, stride and dilation, `depthwise3x3` kernels of 3x3 with stride and
 * dilation 1 along the width; their jobs are output rows. `igemm4x8` is an indirect GEMM over tiles of 4 output pixels by
 * 8 output channels; its jobs are panels of channels by blocks of pixels. A kernel set may lack some.
 */
export const KERNEL_NAMES = ["igemm2x4", "igemm4x8", "igemm6x8", "igemm8x4", "depthwise", "depthwise3x3"] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];

/** An indirect GEMM over tiles of `mr` output pixels by `nr` output channels. */
export interface IgemmTile {
  readonly mr: number;
  readonly nr: number;
  readonly kernel: KernelName;
}

/** The memory that kernels work in. `buffer` is another object after it has grown. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  /** Makes room for `bytes` in all. @throws RangeError where that cannot be had */
  grow(bytes: number): void;
}

export interface Kernels {
  /** `"wasm simd128"`, `"wasm relaxed simd"`, `"plain JavaScript"`. */
  readonly name: string;
  readonly memory: KernelMemory;
  /** Narrowest first. */
  readonly tiles: readonly IgemmTile[];
  readonly run: Readonly<Partial<Record<KernelName, RangeKernel>>>;
}
