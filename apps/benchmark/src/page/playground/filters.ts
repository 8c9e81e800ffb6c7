/**
 * The filter bank, as data: the name of each filter, its kernels, their use for the three colours, and the ways to show its result.
 * `filterLayers` makes layers of `@convene/core` of a filter.
 */

import { Conv2d, depthwiseSeparable, type PaddingMode } from "@convene/core";
import { box, emboss, gabor, gaussian, type Kernel, sharpen, sobelX, sobelY } from "./kernels.js";
import type { LearntFilters } from "./learn-filters.js";
import type { Display, FilterId, FilterSettings, KernelSize } from "./settings.js";

/**
 * The use of the kernels for the colours.
 *
 * - `"same"`: with `groups` 3 each colour is filtered alone. With `groups` 1 the weights between two colours are zeros, so the
 *   picture is the same, for three times the multiplications.
 * - `"grey"`: with `groups` 1 the colours are first added up to a grey, as in ITU-R BT.601. With `groups` 3 each is filtered alone.
 */
type Spread = "same" | "grey";

/** One filter of the bank. */
export interface Filter {
  readonly name: string;
  readonly about: string;
  readonly spread: Spread;
  /** A kernel for each feature. Left out if the filter has no fixed kernels. */
  readonly kernels?: (size: KernelSize) => readonly Kernel[];
  /** Settings for the first showing of the filter, if the present settings do not suit it. */
  readonly suits?: Partial<Pick<FilterSettings, "kernel" | "groups">>;
  /** The possible displays. The first is the default. */
  readonly displays: readonly Display[];
}

/** The directions of the Gabor filters, in degrees. */
const ORIENTATIONS = [0, 30, 60, 90, 120, 150] as const;

/** The bank. */
export const FILTERS: Readonly<Record<FilterId, Filter>> = {
  gaussian: {
    name: "Gaussian blur",
    about: "a weighted mean: near pixels count most",
    spread: "same",
    kernels: (size) => [gaussian(size)],
    displays: ["clamped", "stretched"],
  },
  box: {
    name: "Box blur",
    about: "the mean of all pixels under the kernel",
    spread: "same",
    kernels: (size) => [box(size)],
    displays: ["clamped", "stretched"],
  },
  sharpen: {
    name: "Sharpen",
    about: "the picture, and twice what a Gaussian blur takes away",
    spread: "same",
    kernels: (size) => [sharpen(size)],
    displays: ["clamped", "stretched"],
  },
  "sobel-x": {
    name: "Sobel x",
    about: "the slope to the right: vertical edges",
    spread: "grey",
    kernels: (size) => [sobelX(size)],
    displays: ["centred", "absolute"],
  },
  "sobel-y": {
    name: "Sobel y",
    about: "the slope downwards: horizontal edges",
    spread: "grey",
    kernels: (size) => [sobelY(size)],
    displays: ["centred", "absolute"],
  },
  sobel: {
    name: "Sobel magnitude",
    about: "both slopes as two channels, and the length of the pair",
    spread: "grey",
    kernels: (size) => [sobelX(size), sobelY(size)],
    displays: ["magnitude", "strongest"],
  },
  emboss: {
    name: "Emboss",
    about: "light from the upper left",
    spread: "same",
    kernels: (size) => [emboss(size)],
    displays: ["clamped", "centred", "stretched"],
  },
  gabor: {
    name: "Gabor bank",
    about: "six waves, every 30 degrees, as six channels: the colour says which one answers most",
    spread: "grey",
    suits: { kernel: 7, groups: 1 },
    kernels: (size) => ORIENTATIONS.map((degrees) => gabor(size, degrees)),
    displays: ["strongest", "magnitude"],
  },
  custom: {
    name: "Custom kernel",
    about: "your own weights, for each colour",
    spread: "same",
    displays: ["clamped", "centred", "absolute", "stretched"],
  },
  separable: {
    name: "Random separable block",
    about: "a depthwise and a pointwise convolution with random weights, ReLU6 after both",
    spread: "same",
    displays: ["stretched", "clamped"],
  },
  learnt: {
    name: "Learnt first layer",
    about: "filters that k-means has just learnt from this very photo, on this device",
    spread: "grey",
    suits: { kernel: 5 },
    displays: ["strongest", "magnitude"],
  },
};

/** The share of each colour in a grey, by ITU-R BT.601. */
export const GREY = [0.299, 0.587, 0.114] as const;

/** The colours of a photo: red, green and blue. */
export const COLOURS = 3;

/** The output channels of the random block, which are a picture again. */
const BLOCK_OUTPUTS = 3;

/** The channels between the two convolutions of the random block, for each colour. */
export const BLOCK_MULTIPLIER = 4;

/** The kernels of a filter, one for each feature. Two filters have no fixed kernels, and give an empty list. */
export function kernelsOf({ filter, kernel, custom }: FilterSettings): readonly Kernel[] {
  if (filter === "custom") return [custom];
  return FILTERS[filter].kernels?.(kernel) ?? [];
}

/** Whether the reader can choose the groups of the filter. The block has fixed groups, and a learnt filter sees all colours. */
export function hasGroups(filter: FilterId): boolean {
  return filter !== "separable" && filter !== "learnt";
}

/** The number of features: outputs for each colour if the colours are separate, otherwise all outputs. `display.ts` combines them. */
export function featuresOf(settings: FilterSettings, learnt?: LearntFilters): number {
  if (settings.filter === "learnt") return learnt?.count ?? 0;
  return settings.filter === "separable" ? 1 : kernelsOf(settings).length;
}

/** Whether the result has three colours with `featuresOf` channels each. Otherwise it is one grey. */
export function isColour(settings: FilterSettings): boolean {
  if (settings.filter === "learnt") return false;
  return FILTERS[settings.filter].spread === "same" || settings.groups === COLOURS;
}

/** The weights of a filter with fixed kernels, in OIHW. */
export function filterWeights(settings: FilterSettings): Float32Array {
  const kernels = kernelsOf(settings);
  const colours = [0, 1, 2];
  if (settings.groups === COLOURS) return Float32Array.from(colours.flatMap(() => kernels.flat()));
  if (FILTERS[settings.filter].spread === "grey") {
    return Float32Array.from(kernels.flatMap((kernel) => GREY.flatMap((share) => kernel.map((each) => each * share))));
  }
  return Float32Array.from(
    colours.flatMap((out) =>
      kernels.flatMap((kernel) => colours.flatMap((from) => kernel.map((each) => (from === out ? each : 0)))),
    ),
  );
}

/** The pads that keep the size at stride 1, and their mode. */
export function paddingOf({ padding, kernel, dilation }: FilterSettings): {
  readonly padding: number;
  readonly paddingMode: PaddingMode;
} {
  if (padding === "none") return { padding: 0, paddingMode: "zeros" };
  return { padding: (dilation * (kernel - 1)) / 2, paddingMode: padding };
}

/**
 * The layers of a filter, in their order: one convolution, or the two of the random block.
 *
 * @param learnt for the filter `"learnt"`, whose weights come from the photo
 * @throws Error if `learnt` is missing
 */
export function filterLayers(settings: FilterSettings, learnt?: LearntFilters): readonly Conv2d[] {
  const { filter, kernel, stride, dilation, groups, seed } = settings;
  const spatial = { kernelSize: kernel, stride, dilation, ...paddingOf(settings) };
  if (filter === "separable") {
    const options = { ...spatial, inChannels: COLOURS, outChannels: BLOCK_OUTPUTS, multiplier: BLOCK_MULTIPLIER };
    return depthwiseSeparable(
      { ...options, activation: "relu6" },
      { depthwise: { seed }, pointwise: { seed: seed + 1 } },
    );
  }
  if (filter === "learnt") {
    if (!learnt) throw new Error("filters have to be learnt from a photo before they can be run");
    const { count, weight, bias } = learnt;
    return [new Conv2d({ ...spatial, inChannels: COLOURS, outChannels: count }, { weight, bias })];
  }
  const outChannels = featuresOf(settings) * (isColour(settings) ? COLOURS : 1);
  return [
    new Conv2d(
      { ...spatial, inChannels: COLOURS, outChannels, groups, bias: false },
      { weight: filterWeights(settings) },
    ),
  ];
}
