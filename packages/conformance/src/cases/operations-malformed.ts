/** Operations that are none: what is changed in `ONE_OF_EACH`, and the code that tells of it. */

import type { ConveneErrorCode, OperationKind } from "@convene/core";

type Malformed = readonly [what: string, change: Readonly<Record<string, unknown>>, code: ConveneErrorCode];

const COMMON: readonly Malformed[] = [
  ["a kind that there is not", { kind: "fold" }, "ERR_INVALID_OPTION"],
  ["no kind", { kind: undefined }, "ERR_INVALID_OPTION"],
  ["a key that the kind does not have", { colour: 2 }, "ERR_INVALID_OPTION"],
  ["a negative batch", { n: -1 }, "ERR_INVALID_OPTION"],
  ["a batch of null", { n: null }, "ERR_INVALID_OPTION"],
];
const PLANE: readonly Malformed[] = [
  ["half a row", { h: 2.5 }, "ERR_INVALID_OPTION"],
  ["no columns", { w: 0 }, "ERR_INVALID_OPTION"],
  ["more than 2^31 - 1 elements", { h: 2 ** 30 }, "ERR_SHAPE"],
];
const POOL: readonly Malformed[] = [
  ["a window of no rows", { kh: 0 }, "ERR_INVALID_OPTION"],
  ["a stride of NaN", { sh: NaN }, "ERR_INVALID_OPTION"],
  ["no dilation", { dw: 0 }, "ERR_INVALID_OPTION"],
  ["padding as high as the window", { pt: 3 }, "ERR_SHAPE"],
  ["padding as wide as the window", { pr: 3 }, "ERR_SHAPE"],
  ["a window larger than the padded input", { dh: 4 }, "ERR_SHAPE"],
  ["a number for ceilMode", { ceilMode: 1 }, "ERR_INVALID_OPTION"],
  ["a text for countIncludePad", { countIncludePad: "no" }, "ERR_INVALID_OPTION"],
];
const BINARY: readonly Malformed[] = [
  ["an activation that is no clamp", { activation: "silu" }, "ERR_INVALID_OPTION"],
  ["a clamp whose bounds are exchanged", { activation: { clamp: [6, 0] } }, "ERR_INVALID_OPTION"],
  ["a number for perChannel", { perChannel: 1 }, "ERR_INVALID_OPTION"],
];

export const MALFORMED_OPERATIONS: Readonly<Record<OperationKind, readonly Malformed[]>> = {
  activation: [
    ...COMMON,
    ...PLANE,
    ["no activation", { activation: undefined }, "ERR_INVALID_OPTION"],
    ["an activation that there is not", { activation: "swish" }, "ERR_INVALID_OPTION"],
    ["an infinite slope", { activation: { leakyRelu: Infinity } }, "ERR_INVALID_OPTION"],
    ["half of a line", { activation: { hardSigmoid: [1] } }, "ERR_INVALID_OPTION"],
  ],
  prelu: [...COMMON, ...PLANE],
  maxPool2d: [...COMMON, ...POOL],
  avgPool2d: [...COMMON, ...POOL],
  add: [...COMMON, ...PLANE, ...BINARY],
  multiply: [...COMMON, ...PLANE, ...BINARY],
  concat: [
    ...COMMON,
    ...PLANE,
    ["no inputs", { channels: [] }, "ERR_INVALID_OPTION"],
    ["an input of no channels", { channels: [2, 0, 3] }, "ERR_INVALID_OPTION"],
  ],
  slice: [
    ...COMMON,
    ["channels beyond the last", { fc: 5 }, "ERR_SHAPE"],
    ["rows beyond the last", { oh: 4 }, "ERR_SHAPE"],
    ["columns beyond the last, by steps", { sw: 2 }, "ERR_SHAPE"],
    ["a start before the first", { fh: -1 }, "ERR_INVALID_OPTION"],
    ["a step of 0", { sh: 0 }, "ERR_INVALID_OPTION"],
  ],
  channelShuffle: [
    ...COMMON,
    ...PLANE,
    ["groups that do not divide the channels", { g: 4 }, "ERR_INVALID_OPTION"],
    ["no groups", { g: 0 }, "ERR_INVALID_OPTION"],
  ],
  pad: [
    ...COMMON,
    ["a negative pad", { pl: -1 }, "ERR_INVALID_OPTION"],
    ["a value of NaN", { value: NaN }, "ERR_INVALID_OPTION"],
    ["a text as value", { value: "0" }, "ERR_INVALID_OPTION"],
    ["an output of more than 2^31 - 1 elements", { pt: 2 ** 30 }, "ERR_SHAPE"],
  ],
  upsample: [
    ...COMMON,
    ["a mode that there is not", { mode: "bicubic" }, "ERR_INVALID_OPTION"],
    ["coordinates that there are not", { coordinates: "tfCropAndResize" }, "ERR_INVALID_OPTION"],
    ["a rounding that there is not", { rounding: "round" }, "ERR_INVALID_OPTION"],
    ["a negative scale", { scaleH: -2 }, "ERR_INVALID_OPTION"],
    ["no rows", { oh: 0 }, "ERR_INVALID_OPTION"],
  ],
  softmax: [...COMMON, ...PLANE],
  pixelShuffle: [
    ...COMMON,
    ["a factor that does not divide the channels", { rh: 5 }, "ERR_SHAPE"],
    ["no factor", { rw: 0 }, "ERR_INVALID_OPTION"],
    ["an order that there is not", { order: "rcd" }, "ERR_INVALID_OPTION"],
  ],
  reshape: [
    ...COMMON.filter(([, { n }]) => n === undefined),
    ["an element too many", { ow: 4 }, "ERR_SHAPE"],
    ["an order that there is not", { order: "chwn" }, "ERR_INVALID_OPTION"],
    ["no channels", { oc: 0 }, "ERR_INVALID_OPTION"],
  ],
};
