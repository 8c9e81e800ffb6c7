/** Makes pixels of a convolution's output. The rules make signed and unbounded numbers visible. Pure. */

import type { Tensor } from "@convene/core";
import { COLOURS } from "./filters.js";
import type { Display } from "./settings.js";

/** The order of an output's channels, and the way to show them. */
export interface DisplayOptions {
  readonly display: Display;
  /** Whether the features have three colours, or are one grey. Channels of one colour lie together. */
  readonly colour: boolean;
  /** The value of full brightness, before `gain`: the largest value that the filter can give. Not for the rules `"clamped"` and `"stretched"`. */
  readonly reach: number;
  /** A factor on the shown values, from 1/4 to 16. Not for the rules `"clamped"` and `"stretched"`. */
  readonly gain: number;
  /** The only feature that is shown. Left out: all together. */
  readonly feature?: number | undefined;
}

/** Pixels as a canvas takes them: RGBA bytes, all opaque. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The colour of NaN: magenta, which no rule gives for a grey. */
const NOT_A_NUMBER = [255, 0, 255] as const;

/**
 * Shows an output `[1, c, h, w]` in NCHW.
 *
 * - `"clamped"`: 0 is black and 1 is white, as in the photo.
 * - `"centred"`: 0 is grey, and positive values are lighter.
 * - `"absolute"`: 0 is black, and the sign does not matter.
 * - `"magnitude"`: the root of the sum of squares over features.
 * - `"strongest"`: the hue shows the feature with the largest value, and the brightness shows the value.
 * - `"stretched"`: each channel from its smallest to its largest value.
 *
 * If a rule needs all features, a single feature is shown centred.
 *
 * @throws RangeError if the output is not NCHW, of one image, or its channels do not divide into colours
 */
export function toPicture(output: Tensor, options: DisplayOptions): Picture {
  const [n, channels, height, width] = output.shape;
  const planes = options.colour ? COLOURS : 1;
  if (n !== 1 || output.layout !== "nchw" || channels % planes !== 0) {
    throw new RangeError(`an output of ${n} x ${channels} channels (${output.layout}) has no ${planes} planes to show`);
  }
  const plane = height * width;
  const features = channels / planes;
  const shown = new Float32Array(planes * plane);
  const data = new Uint8ClampedArray(plane * 4);
  const single = features === 1 ? 0 : options.feature;
  if (single === undefined && options.display === "strongest") {
    paintStrongest(output.data, { planes, features, plane }, options, data);
    return { width, height, data };
  }
  for (let colour = 0; colour < planes; colour++) {
    const target = shown.subarray(colour * plane, (colour + 1) * plane);
    if (single === undefined) magnitude(output.data, colour * features, features, target);
    else target.set(output.data.subarray((colour * features + single) * plane).subarray(0, plane));
    const rule = single === undefined ? "absolute" : ruleOfOne(options.display, features);
    applyRule(target, rule, options);
  }
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = shown[(planes === 1 ? 0 : channel) * plane + at]!;
      data[at * 4 + channel] = Number.isNaN(value) ? NOT_A_NUMBER[channel]! : value * 255;
    }
    data[at * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** The rule for one feature of several. It has a sign, so it is shown centred if the rule is for all features together. */
function ruleOfOne(display: Display, features: number): Display {
  if (display === "magnitude" || display === "strongest") return features === 1 ? "absolute" : "centred";
  return display;
}

function magnitude(data: Float32Array, first: number, features: number, target: Float32Array): void {
  const plane = target.length;
  for (let at = 0; at < plane; at++) {
    let sum = 0;
    for (let feature = 0; feature < features; feature++) sum += data[(first + feature) * plane + at]! ** 2;
    target[at] = Math.sqrt(sum);
  }
}

/** Maps values to [0, 1], in place. The conversion to bytes clamps values outside. */
function applyRule(values: Float32Array, rule: Display, { reach, gain }: DisplayOptions): void {
  const scale = gain / (reach || 1);
  if (rule === "stretched") {
    stretch(values);
    return;
  }
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (rule === "centred") values[at] = 0.5 + (value * scale) / 2;
    else if (rule !== "clamped") values[at] = Math.abs(value) * scale;
  }
}

/** Stretches each channel. A channel with only one value becomes a mid grey. */
function stretch(values: Float32Array): void {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const span = max - min;
  for (let at = 0; at < values.length; at++) values[at] = span > 0 ? (values[at]! - min) / span : 0.5;
}

interface Planes {
  readonly planes: number;
  readonly features: number;
  readonly plane: number;
}

function paintStrongest(
  values: Float32Array,
  { planes, features, plane }: Planes,
  { reach, gain }: DisplayOptions,
  data: Uint8ClampedArray,
): void {
  const hues = Array.from({ length: features }, (_, feature) => hue(feature / features));
  for (let at = 0; at < plane; at++) {
    let [best, strength] = [0, 0];
    let isNumber = true;
    for (let feature = 0; feature < features; feature++) {
      let own = 0;
      for (let colour = 0; colour < planes; colour++) {
        own = Math.max(own, Math.abs(values[(colour * features + feature) * plane + at]!));
      }
      if (Number.isNaN(own)) isNumber = false;
      else if (own > strength) [best, strength] = [feature, own];
    }
    const brightness = Math.min(1, (strength * gain) / (reach || 1));
    const colour = isNumber ? hues[best]! : NOT_A_NUMBER;
    for (let channel = 0; channel < 3; channel++) {
      data[at * 4 + channel] = isNumber ? colour[channel]! * brightness : colour[channel]!;
    }
    data[at * 4 + 3] = 255;
  }
}

/** The colour of a feature in `"strongest"`, as RGB bytes: equal steps around the circle of hues, pale enough to differ clearly. */
export function hue(turn: number): readonly [number, number, number] {
  const channel = (shift: number): number => {
    const wave = 0.5 + 0.5 * Math.cos(2 * Math.PI * (turn - shift));
    return Math.round(255 * (0.25 + 0.75 * wave));
  };
  return [channel(0), channel(1 / 3), channel(2 / 3)];
}
