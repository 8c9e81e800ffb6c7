/**
 * The filter bank, as data: what each filter is called, which kernels it has, how they are laid over the three colours, and how
 * its result is shown. `filterLayers` makes layers of `@convene/core` of them.
 */

import { Conv2d, depthwiseSeparable, type PaddingMode } from "@convene/core";
import { box, emboss, gabor, gaussian, type Kernel, sharpen, sobelX, sobelY } from "./kernels.js";
import type { LearntFilters } from "./learn-filters.js";
import type { Display, FilterId, FilterSettings, KernelSize } from "./settings.js";

/**
 * How the kernels lie over the colours.
 *
 * - `"same"`: each colour is filtered by itself, with `groups` 3. With `groups` 1 the weights between two colours are zeros, so
 *   the picture is the same, for three times the multiplications.
 * - `"grey"`: with `groups` 1 the colours are first weighed to a grey, as in ITU-R BT.601. With `groups` 3 each is filtered by itself.
 */
type Spread = "same" | "grey";

/** One filter of the bank. */
export interface Filter {
  readonly name: string;
  readonly about: string;
  readonly spread: Spread;
  /** One for each feature; left out by what has no fixed kernels. */
  readonly kernels?: (size: KernelSize) => readonly Kernel[];
  /** What it is first shown with, where that is not what is set already. */
  readonly suits?: Partial<Pick<FilterSettings, "kernel" | "groups">>;
  /** The first is the default. */
  readonly displays: readonly Display[];
}

/** Degrees between two Gabor filters of the bank. */
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

/** ITU-R BT.601: how much of each colour is in a grey. */
export const GREY = [0.299, 0.587, 0.114] as const;

/** Of a photo: red, green and blue. */
export const COLOURS = 3;

/** Output channels of the random block: a picture again. */
const BLOCK_OUTPUTS = 3;

/** The channels between the two convolutions of the random block, for each colour. */
export const BLOCK_MULTIPLIER = 4;

/** The kernels of a filter, one for each feature; none for the two that have no fixed ones. */
export function kernelsOf({ filter, kernel, custom }: FilterSettings): readonly Kernel[] {
  if (filter === "custom") return [custom];
  return FILTERS[filter].kernels?.(kernel) ?? [];
}

/** Whether the groups of the filter can be chosen: the block's are fixed, and a learnt filter sees all colours. */
export function hasGroups(filter: FilterId): boolean {
  return filter !== "separable" && filter !== "learnt";
}

/** Outputs for each colour, where the colours are kept apart, or in all: what `display.ts` puts together. */
export function featuresOf(settings: FilterSettings, learnt?: LearntFilters): number {
  if (settings.filter === "learnt") return learnt?.count ?? 0;
  return settings.filter === "separable" ? 1 : kernelsOf(settings).length;
}

/** Whether the result has three colours, of `featuresOf` channels each, or one grey. */
export function isColour(settings: FilterSettings): boolean {
  if (settings.filter === "learnt") return false;
  return FILTERS[settings.filter].spread === "same" || settings.groups === COLOURS;
}

/** The weights of a filter with fixed kernels, OIHW. */
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
 * @throws Error where `learnt` is missing
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
