/** The difference of two backends: the largest difference, its place, its ratio to the bound, and a picture. Pure. */

import type { Tensor } from "@convene/core";
import type { Picture } from "./display.js";

/** The difference of two outputs of one problem. */
export interface Difference {
  /** The largest |a − b|, or NaN if only one of the two is NaN. */
  readonly largest: number;
  /** The place of the largest difference: channel, row, column. Left out if nothing differs. */
  readonly at?: readonly [channel: number, y: number, x: number] | undefined;
  /** The number of elements that differ. */
  readonly differing: number;
  readonly elements: number;
  /** The largest |a − b| / bound. It is at most 1 if the two agree. Left out if there is no bound. */
  readonly ratio?: number | undefined;
}

/**
 * @param bound the largest allowed difference of each element: the sum of both backends' bounds
 * @throws RangeError for outputs of different shapes
 */
export function differenceOf(a: Tensor, b: Tensor, bound?: Float64Array): Difference {
  checkSame(a, b);
  const [, channels, height, width] = a.shape;
  let [largest, ratio, differing, index] = [0, 0, 0, -1];
  for (let at = 0; at < channels * height * width; at++) {
    const [x, y] = [a.data[at]!, b.data[at]!];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    differing++;
    const apart = Math.abs(x - y);
    const units = bound ? apart / bound[at]! : 0;
    // A NaN on one side only is worse than any number.
    if (!(ratio >= units) && !Number.isNaN(ratio)) ratio = units;
    if (!(largest >= apart) && !Number.isNaN(largest)) [largest, index] = [apart, at];
  }
  const plane = height * width;
  return {
    largest,
    at: index < 0 ? undefined : [Math.floor(index / plane), Math.floor((index % plane) / width), index % width],
    differing,
    elements: a.data.length,
    ratio: bound ? ratio : undefined,
  };
}

/**
 * The difference as a picture: the largest |a − b| over all channels, times `amplify`. 0 is black, and 1 / `amplify` is white.
 *
 * @param amplify from 1 on
 * @throws RangeError for outputs of different shapes
 */
export function differencePicture(a: Tensor, b: Tensor, amplify: number): Picture {
  checkSame(a, b);
  const [, channels, height, width] = a.shape;
  const plane = height * width;
  const data = new Uint8ClampedArray(plane * 4);
  for (let at = 0; at < plane; at++) {
    let most = 0;
    for (let channel = 0; channel < channels; channel++) {
      const apart = Math.abs(a.data[channel * plane + at]! - b.data[channel * plane + at]!);
      if (!(most >= apart)) most = apart;
    }
    const [red, green, blue] = glow(most * amplify);
    data.set([red, green, blue, 255], at * 4);
  }
  return { width, height, data };
}

/** The colours: black, violet, orange and pale yellow. Each is lighter than the colour before it, so readers who see no colours can read them too. */
const GLOW = [
  [0, 0, 0],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;

/** The colour of a share from 0 to 1. A larger share has the colour of 1, and NaN is magenta. */
export function glow(share: number): readonly [number, number, number] {
  if (Number.isNaN(share)) return [255, 0, 255];
  const along = Math.min(1, Math.max(0, share)) * (GLOW.length - 1);
  const from = Math.min(GLOW.length - 2, Math.floor(along));
  const [low, high] = [GLOW[from]!, GLOW[from + 1]!];
  const mix = (channel: number): number =>
    Math.round(low[channel]! + (high[channel]! - low[channel]!) * (along - from));
  return [mix(0), mix(1), mix(2)];
}

function checkSame(a: Tensor, b: Tensor): void {
  if (a.data.length !== b.data.length || a.shape.some((size, axis) => size !== b.shape[axis])) {
    throw new RangeError(`outputs of ${a.shape.join(" x ")} and of ${b.shape.join(" x ")} cannot be compared`);
  }
}
