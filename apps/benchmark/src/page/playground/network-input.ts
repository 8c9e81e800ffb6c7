/** Makes a photo the input of a network from a file, or says why this is impossible. Pure. */

import type { Shape4, Tensor } from "@convene/core";
import type { Pixels } from "./learn-filters.js";
import type { Scaling } from "./settings.js";

/** An input that can take a photo. */
export interface ImageInput {
  readonly name: string;
  readonly channels: 1 | 3 | 4;
  readonly height: number;
  readonly width: number;
  /** Whether the file fixes the size. Otherwise the file takes any size, and one was chosen. */
  readonly fixed: boolean;
}

/** The details of a file's input, as in `@convene/onnx`. */
export interface InputDetails {
  readonly dims: readonly (number | string)[];
  readonly layout: "nchw" | "nhwc";
}

/** The size if the file takes any: a multiple of 32, because many networks halve the size five times. */
const ANY_SIZE = 224;
/** The longest side of an input for a tab. */
const MOST_SIDE = 2048;

/** The input that takes an image, or a sentence that says why there is none. */
export function imageInput(details: Readonly<Record<string, InputDetails>>): ImageInput | { readonly refused: string } {
  const names = Object.keys(details);
  const [name] = names;
  if (name === undefined || names.length !== 1) {
    const which = names.length === 0 ? "none" : names.map((each) => JSON.stringify(each)).join(", ");
    return { refused: `A photo is one input, and this network has ${names.length} (${which}).` };
  }
  const { dims, layout } = details[name]!;
  const shown = `[${dims.join(", ")}]`;
  if (dims.length !== 4) {
    return { refused: `The input ${JSON.stringify(name)} has the dimensions ${shown}, and an image has four.` };
  }
  const [n, c, h, w] = (layout === "nhwc" ? [0, 3, 1, 2] : [0, 1, 2, 3]).map((axis) => dims[axis]!) as [
    number | string,
    number | string,
    number | string,
    number | string,
  ];
  const channels = typeof c === "number" ? c : 3;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    return {
      refused: `The input ${JSON.stringify(name)}, ${shown}, has ${channels} channels; an image has 1, 3 or 4.`,
    };
  }
  if (typeof n === "number" && n !== 1) {
    return {
      refused: `The input ${JSON.stringify(name)}, ${shown}, takes ${n} images at once, and there is one. Export the network with a batch of 1.`,
    };
  }
  const height = typeof h === "number" ? h : ANY_SIZE;
  const width = typeof w === "number" ? w : ANY_SIZE;
  if (Math.max(height, width) > MOST_SIDE) {
    return {
      refused: `The input ${JSON.stringify(name)} is ${width} x ${height}, more than ${MOST_SIDE} a side, which is too large for a tab.`,
    };
  }
  return { name, channels, height, width, fixed: typeof h === "number" && typeof w === "number" };
}

/** ImageNet's mean and deviation, as in torchvision's `Normalize`. */
const MEAN = [0.485, 0.456, 0.406, 0] as const;
const DEVIATION = [0.229, 0.224, 0.225, 1] as const;
const GREY = [0.299, 0.587, 0.114] as const;

/**
 * Pixels of the input's size as `[1, c, h, w]` in NCHW. One channel is grey (ITU-R BT.601). A fourth channel is an opaque alpha.
 *
 * @param scaling the scaling of values in [0, 1]
 * @throws RangeError for pixels of another size
 */
export function toInput({ width, height, data }: Pixels, input: ImageInput, scaling: Exclude<Scaling, "auto">): Tensor {
  if (width !== input.width || height !== input.height) {
    throw new RangeError(`pixels are ${width} x ${height}; the input is ${input.width} x ${input.height}`);
  }
  const plane = width * height;
  const out = new Float32Array(input.channels * plane);
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < input.channels; channel++) {
      const value =
        input.channels === 1
          ? GREY.reduce((sum, share, colour) => sum + share * data[at * 3 + colour]!, 0)
          : channel === 3
            ? 1
            : data[at * 3 + channel]!;
      out[channel * plane + at] = scaled(value, channel, scaling);
    }
  }
  const shape: Shape4 = [1, input.channels, height, width];
  return { shape, layout: "nchw", data: out };
}

function scaled(value: number, channel: number, scaling: Exclude<Scaling, "auto">): number {
  if (scaling === "-1 to 1") return value * 2 - 1;
  if (scaling === "0 to 255") return value * 255;
  if (scaling === "ImageNet") return (value - MEAN[channel]!) / DEVIATION[channel]!;
  return value;
}
