/** The fields of the playground in an address. The photo and a dropped network are not in it; they stay on the device. */

import type { Fields } from "../address/codec.js";
import { choice, decimal, type Field, integer, numbers } from "../address/field.js";
import { DISPLAYS, FILTER_IDS, GROUPS, KERNEL_SIZES, LONGEST_SIDES, PADDINGS, SCALINGS, SIDES } from "./settings.js";

/** One of a few numbers. */
function oneOf<const T extends number>(standard: T, values: readonly T[]): Field<T> {
  return {
    standard,
    read: (text) => {
      const value = values.find((each) => String(each) === text);
      if (value === undefined) throw new Error(`one of ${values.join(", ")} was expected`);
      return value;
    },
    write: String,
  };
}

/** The first custom kernel, which sharpens a little. */
const FIRST_CUSTOM = [0, -1, 0, -1, 5, -1, 0, -1, 0] as const;

/** The most features of a filter that can be shown one at a time. */
const MOST_FEATURES = 12;

export const PLAYGROUND_FIELDS = {
  filter: choice("sobel", FILTER_IDS),
  kernel: oneOf(3, KERNEL_SIZES),
  stride: integer(1, 1, 4),
  dilation: integer(1, 1, 8),
  padding: choice("reflect", PADDINGS),
  groups: oneOf(3, GROUPS),
  custom: numbers(FIRST_CUSTOM, 9, 49),
  seed: integer(1, 0, 2 ** 32 - 2),
  left: choice("cpu", SIDES),
  right: choice("gpu:webgl2", SIDES),
  size: oneOf(512, LONGEST_SIDES),
  display: choice("auto", ["auto", ...DISPLAYS]),
  feature: integer(-1, -1, MOST_FEATURES - 1),
  gain: decimal(2, 0.25, 16),
  /** The factor on the difference, as a power of two. */
  amplify: integer(20, 0, 30),
  scaling: choice("auto", SCALINGS),
  /** The place of the divider, in hundredths from the left. */
  split: integer(50, 0, 100),
} as const satisfies Fields;
