/**
 * The functions that a set of kernels has, in WebAssembly or in TypeScript. Both read parameters, tables, weights and tensors at byte
 * addresses of one memory, in one format, so that everything outside the kernels is written once.
 */

/**
 * Computes jobs `start` to `end` of the step whose parameters are at address `params`. `input`, `output` and `residual` are addresses of the
 * first pixel of the first image. `residual` is also the second input of an operation; it is 0 for none. `shared` is the workspace of all
 * workers of a plan together, `own` the part of it that belongs to this worker.
 */
export type RangeKernel = (
  params: number,
  input: number,
  output: number,
  residual: number,
  shared: number,
  own: number,
  start: number,
  end: number,
) => void;

/**
 * The kernels by name. `igemm<mr>x<nr>` is an indirect GEMM over tiles of `mr` output pixels by `nr` output channels.
 * `depthwise` takes any kernel size, stride and dilation; `depthwise<k>x<k>s<s>_<pixels>x<channels>` kernels of k x k
 * with stride s and dilation 1 along the width, over tiles of so many output pixels by so many channels, m2 for two
 * output channels for each input channel. `grouped3_<pixels>x<channels>` is for groups of few channels, 3 taps wide.
 * `winograd...` are minimal filtering, over tiles of an indirect GEMM. The last six are for operations beside
 * convolution: see operations/params.ts. A kernel set has these six, and may lack some of the others.
 */
export const KERNEL_NAMES = [
  "igemm1x32",
  "igemm2x4",
  "igemm4x8",
  "igemm6x8",
  "igemm6x16",
  "igemm8x4",
  "depthwise",
  "depthwise3x3s1_4x8",
  "depthwise3x3s1_4x4",
  "depthwise3x3s2_2x16",
  "depthwise3x3s2_1x8",
  "depthwise5x5s1_4x8",
  "depthwise5x5s1_4x4",
  "depthwise5x5s2_4x8",
  "depthwise5x5s2_2x4",
  "depthwise3x3s1m2_4x8",
  "grouped3_4x4",
  "grouped3_4x8",
  "winogradTransform",
  "winogradMultiply4x8",
  "winogradMultiply6x8",
  "winogradMultiply6x16",
  "winogradBlocks4x8",
  "winogradBlocks6x8",
  "winogradBlocks6x16",
  "elementwise",
  "pool",
  "copyRuns",
  "transposes",
  "bilinear",
  "softmax",
  "groupNorm",
  "layerNorm",
] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];

/** An indirect GEMM over tiles of `mr` output pixels by `nr` output channels. */
export interface IgemmTile {
  readonly mr: number;
  readonly nr: number;
  /** Each panel of weights is cut into this many panels of `nr / streams` output channels, which the tile reads at once. */
  readonly streams: number;
  readonly kernel: KernelName;
  /** The speed of full tiles, relative to other tiles of the list. docs/kernels.md, "Tiles", has the measurement. */
  readonly speed: number;
}

/** Depthwise convolution over tiles of `pixels` neighbouring output pixels by `lanes` channels. */
export interface DepthwiseTile {
  /** Kernel height and width. */
  readonly size: number;
  /** Stride along the width. */
  readonly stride: number;
  /** Output channels for each input channel. */
  readonly multiplier: number;
  readonly pixels: number;
  readonly lanes: number;
  readonly kernel: KernelName;
}

/** Winograd's minimal filtering over an indirect GEMM with tiles of `mr` by `nr`. */
export interface WinogradTile {
  readonly mr: number;
  readonly nr: number;
  /** Multiplies the output of `winogradTransform`, in a step of its own. */
  readonly multiply: KernelName;
  /** Transforms and multiplies a block of tiles, in one step. */
  readonly blocks: KernelName;
}

/** The tiles that suit an engine. */
export interface Tiles {
  /**
   * For groups of few channels, 3 taps wide: the kernel, and its neighbouring output pixels. Left out if the kernel set
   * has no such kernel.
   */
  readonly grouped?: { readonly kernel: KernelName; readonly pixels: number };
  /** Left out if the kernel set has no such kernels. */
  readonly winograd?: WinogradTile;
  readonly igemm: readonly IgemmTile[];
  readonly depthwise: readonly DepthwiseTile[];
}

/** The memory of kernels. After the memory has grown, `buffer` is another object. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  /** Bytes at the start of the memory that only `Copies` uses. */
  readonly staging: number;
  /** Grows the memory to at least `bytes`. @throws RangeError where the memory cannot grow so far */
  grow(bytes: number): void;
}

/**
 * Copies an image between the caller's array in NCHW and a tensor in NHWC. `device` is the address of the tensor's first pixel; `host` has
 * `channels * pixels` elements.
 */
export interface Copies {
  toNhwc(host: Float32Array, device: number, channels: number, pixels: number): void;
  toNchw(device: number, host: Float32Array, channels: number, pixels: number): void;
}

export interface KernelSet {
  /** `"wasm simd128"`, `"wasm relaxed simd"`, `"plain JavaScript"`. */
  readonly name: string;
  readonly memory: KernelMemory;
  /** Bytes that the memory may grow to. */
  readonly maxMemory: number;
  readonly tiles: Tiles;
  readonly copies: Copies;
  readonly run: Readonly<Partial<Record<KernelName, RangeKernel>>>;
}
