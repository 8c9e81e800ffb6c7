/** The possible settings of the playground. The file has only constants and types, because every first view of the page loads it. */

/** The filters, by their names in a link. `filters.ts` defines them. */
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

/** The possible sides of a kernel. */
export const KERNEL_SIZES = [3, 5, 7] as const;
export type KernelSize = (typeof KERNEL_SIZES)[number];

/** The padding: none, or a `paddingMode`. The pads keep the picture's size at stride 1. */
export const PADDINGS = ["none", "zeros", "reflect", "replicate", "circular"] as const;
export type PlaygroundPadding = (typeof PADDINGS)[number];

/** The possible groups: the common divisors of three input and three output colours. */
export const GROUPS = [1, 3] as const;

/** The ways in which a result becomes a picture; see `display.ts`. */
export const DISPLAYS = ["clamped", "centred", "absolute", "magnitude", "strongest", "stretched"] as const;
export type Display = (typeof DISPLAYS)[number];

/** The possible longest sides of a photo for the computation, in pixels. */
export const LONGEST_SIDES = [256, 512, 1024] as const;

/** The backends, by their names in a link. `"photo"` is no backend but the photo itself. */
export const SIDES = ["photo", "cpu", "cpu:js", "worker-threads", "gpu:webgl2", "gpu:webgpu"] as const;
export type Side = (typeof SIDES)[number];
export type BackendId = Exclude<Side, "photo">;

/** A word or two for each backend. */
export const BACKEND_NAMES: Readonly<Record<BackendId, string>> = {
  cpu: "WebAssembly, one thread",
  "cpu:js": "plain JavaScript",
  "worker-threads": "WebAssembly, every core",
  "gpu:webgl2": "graphics processor, WebGL2",
  "gpu:webgpu": "graphics processor, WebGPU",
};

/** The scalings of an image's values for a network. */
export const SCALINGS = ["auto", "0 to 1", "-1 to 1", "ImageNet", "0 to 255"] as const;
export type Scaling = (typeof SCALINGS)[number];

/** The settings of a filter and its convolution. */
export interface FilterSettings {
  readonly filter: FilterId;
  /** The side of the kernel. */
  readonly kernel: KernelSize;
  /** The stride, from 1 to 4. */
  readonly stride: number;
  /** The dilation, from 1 to 8. */
  readonly dilation: number;
  readonly padding: PlaygroundPadding;
  readonly groups: (typeof GROUPS)[number];
  /** The weights of the custom kernel, row by row. There are `kernel` squared of them. */
  readonly custom: readonly number[];
  /** The seed of the random block: an integer from 0 to 2³² − 2. */
  readonly seed: number;
}
