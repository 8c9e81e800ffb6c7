/** What the playground can be set to. Constants and types only: every first view of the page loads this. */

/** The filters, by their names in a link: `filters.ts` says what they are. */
export const FILTER_IDS = [
  "gaussian",
  "box",
  "sharpen",
  "sobel-x",
  "sobel-y",
  "sobel",
  "emboss",
  "gabor",
  "custom",
  "separable",
  "learnt",
] as const;
export type FilterId = (typeof FILTER_IDS)[number];

/** Sides of a kernel. */
export const KERNEL_SIZES = [3, 5, 7] as const;
export type KernelSize = (typeof KERNEL_SIZES)[number];

/** What is around the picture: nothing, or what `paddingMode` says, as wide as keeps the picture's size at stride 1. */
export const PADDINGS = ["none", "zeros", "reflect", "replicate", "circular"] as const;
export type PlaygroundPadding = (typeof PADDINGS)[number];

/** The common divisors of three colours in and three out. */
export const GROUPS = [1, 3] as const;

/** How a result becomes a picture: `display.ts`. */
export const DISPLAYS = ["clamped", "centred", "absolute", "magnitude", "strongest", "stretched"] as const;
export type Display = (typeof DISPLAYS)[number];

/** The longest side that a photo is computed at, in pixels. */
export const LONGEST_SIDES = [256, 512, 1024] as const;

/** The backends, by their names in a link; `"photo"` is none: the photo as it is. */
export const SIDES = ["photo", "cpu", "cpu:js", "worker-threads", "gpu:webgl2", "gpu:webgpu"] as const;
export type Side = (typeof SIDES)[number];
export type BackendId = Exclude<Side, "photo">;

/** What each backend is, in a word or two. */
export const BACKEND_NAMES: Readonly<Record<BackendId, string>> = {
  cpu: "WebAssembly, one thread",
  "cpu:js": "plain JavaScript",
  "worker-threads": "WebAssembly, every core",
  "gpu:webgl2": "graphics processor, WebGL2",
  "gpu:webgpu": "graphics processor, WebGPU",
};

/** What an image's values become before a network reads them. */
export const SCALINGS = ["auto", "0 to 1", "-1 to 1", "ImageNet", "0 to 255"] as const;
export type Scaling = (typeof SCALINGS)[number];

/** What chooses a filter and its convolution. */
export interface FilterSettings {
  readonly filter: FilterId;
  /** The side of the kernel. */
  readonly kernel: KernelSize;
  /** From 1 to 4. */
  readonly stride: number;
  /** From 1 to 8. */
  readonly dilation: number;
  readonly padding: PlaygroundPadding;
  readonly groups: (typeof GROUPS)[number];
  /** Weights of the custom kernel, row by row: as many as `kernel` squared. */
  readonly custom: readonly number[];
  /** Of the random block: an integer from 0 to 2³² − 2. */
  readonly seed: number;
}
