/** Operations of every kind, with each remainder of channels by a vector's length, and each option at least once. */

import { type Activation, operationProblem, type OperationProblem } from "@convene/core";

const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 36];

const ACTIVATIONS: readonly Activation[] = [
  "relu",
  "relu6",
  "sigmoid",
  "hardSigmoid",
  "hardSwish",
  "silu",
  "tanh",
  "gelu",
  "geluTanh",
  { leakyRelu: 0.1 },
  { leakyRelu: -2 },
  { clamp: [-1, 2] },
  { hardSigmoid: [0.2, 0.5] },
  { hardSigmoid: [-0.7, 0.3] },
];

const COORDINATES = ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"] as const;

const ACTIVATION_PROBLEMS: readonly OperationProblem[] = ACTIVATIONS.flatMap((activation) => [
  operationProblem({ kind: "activation", activation, n: 3, c: 5, h: 3, w: 7 }),
  operationProblem({ kind: "activation", activation, n: 1, c: 64, h: 5, w: 5 }),
]);

export const OPERATION_PROBLEMS: readonly OperationProblem[] = [
  ...ACTIVATION_PROBLEMS,
  ...COUNTS.flatMap((c, index): OperationProblem[] => {
    const [h, w] = [1 + (index % 4), 2 + (index % 5)];
    const g = [1, 2, 3, 2][index % 4]!;
    const coordinates = COORDINATES[index % 4]!;
    return [
      operationProblem({ kind: "prelu", n: 3, c, h, w }),
      operationProblem({ kind: "prelu", n: 1, c, h: 20, w: 9 }),
      operationProblem({ kind: "add", n: 3, c, h, w }),
      operationProblem({ kind: "add", n: 1, c, h: 30, w: 9, activation: "relu" }),
      operationProblem({ kind: "add", n: 2, c, h, w, perChannel: true, activation: { clamp: [-3, 3] } }),
      operationProblem({ kind: "multiply", n: 1, c, h: 11, w: 13, perChannel: true }),
      operationProblem({ kind: "multiply", n: 3, c, h, w, activation: "relu6" }),
      operationProblem({ kind: "multiply", n: 5, c, h: 1, w: 1, perChannel: true }),
      operationProblem({ kind: "maxPool2d", n: 3, c, ih: 7, iw: 5, kh: 2, sh: 2 }),
      operationProblem({
        kind: "maxPool2d",
        n: 1,
        c,
        ih: 8,
        iw: 9,
        kh: 3,
        kw: 2,
        sh: 2,
        sw: 1,
        pt: 1,
        pl: 1,
        pb: 1,
        pr: 1,
      }),
      operationProblem({ kind: "maxPool2d", c, ih: 8, iw: 6, kh: 3, sh: 2, pt: 1, pr: 1, ceilMode: true }),
      operationProblem({ kind: "maxPool2d", n: 2, c, ih: 9, iw: 9, kh: 3, sh: 1, dh: 2, dw: 3, pt: 2, pl: 3 }),
      // Windows none of whose taps lie within the input.
      operationProblem({ kind: "maxPool2d", c, ih: 1, kh: 2, dh: 5, pt: 3, pl: 3, pb: 3, pr: 3 }),
      operationProblem({ kind: "avgPool2d", n: 3, c, ih: 7, iw: 5, kh: 2, sh: 2 }),
      operationProblem({ kind: "avgPool2d", n: 1, c, ih: 7, kh: 7 }),
      operationProblem({
        kind: "avgPool2d",
        c,
        ih: 8,
        iw: 6,
        kh: 3,
        sh: 2,
        pt: 1,
        pl: 1,
        pb: 1,
        pr: 1,
        ceilMode: true,
      }),
      operationProblem({
        kind: "avgPool2d",
        c,
        ih: 6,
        kh: 3,
        sh: 2,
        pt: 1,
        pl: 1,
        countIncludePad: false,
        ceilMode: true,
      }),
      operationProblem({ kind: "avgPool2d", c, ih: 9, kh: 2, dh: 3, pt: 2, pb: 2, countIncludePad: false }),
      operationProblem({ kind: "concat", n: 3, channels: [c, 3, c], h, w }),
      operationProblem({ kind: "concat", n: 1, channels: [8, c], h: 6, w }),
      operationProblem({ kind: "concat", n: 2, channels: [c], h, w }),
      operationProblem({
        kind: "slice",
        n: 3,
        c: c + 3,
        ih: 7,
        iw: 8,
        oc: c,
        oh: 3,
        ow: 3,
        fc: 2,
        fh: 1,
        fw: 1,
        sh: 2,
        sw: 3,
      }),
      operationProblem({ kind: "slice", n: 2, c, ih: 6, iw: 5, oh: 2, ow: 4, fh: 3, fw: 1 }),
      operationProblem({ kind: "slice", c, ih: 6, oh: 3, fh: 2 }),
      operationProblem({ kind: "channelShuffle", n: 2, g, c: g * c, h, w }),
      operationProblem({ kind: "channelShuffle", n: 1, g: c, c: 4 * c, h, w }),
      operationProblem({ kind: "pad", n: 3, c, ih: h, iw: w, pt: 1, pl: 2, pb: 3, pr: 1, value: -2.5 }),
      operationProblem({ kind: "pad", n: 2, c, ih: h, iw: w, pf: 1, pk: 3, pl: 1 }),
      operationProblem({ kind: "pad", n: 1, c, ih: h, iw: w, pk: c }),
      operationProblem({ kind: "upsample", n: 2, c, ih: 5, iw: 4, oh: 10, ow: 7, mode: "nearest" }),
      operationProblem({
        kind: "upsample",
        c,
        ih: 5,
        oh: 3,
        mode: "nearest",
        coordinates,
        rounding: "roundPreferCeil",
      }),
      operationProblem({ kind: "upsample", n: 3, c, ih: 5, iw: 4, oh: 9, ow: 3, mode: "bilinear", coordinates }),
      operationProblem({ kind: "softmax", n: 3, c, h, w }),
      operationProblem({ kind: "softmax", n: 1, c: 10 * c, h: 2, w: 3 }),
      operationProblem({ kind: "groupNorm", n: 2, g: c, c, h, w }),
      operationProblem({ kind: "groupNorm", n: 3, g, c: g * c, h, w, eps: 0.5 }),
      operationProblem({ kind: "groupNorm", n: 1, g: 2, c: 20 * c, h, w }),
      operationProblem({ kind: "layerNorm", n: 3, c, h, w }),
      operationProblem({ kind: "layerNorm", n: 1, c: 10 * c, h: 2, w: 3, eps: 0.5 }),
      operationProblem({ kind: "pixelShuffle", n: 2, ic: 6 * c, ih: h, iw: w, rh: 2, rw: 3 }),
      operationProblem({ kind: "pixelShuffle", n: 3, ic: 4 * c, ih: h, iw: w, rh: 2, order: "dcr" }),
      operationProblem({ kind: "pixelShuffle", n: 1, ic: c, ih: h, iw: w, rh: 1 }),
      ...reshapes(c, h, w, "nchw"),
      ...reshapes(c, h, w, "nhwc"),
    ];
  }),
];

/** To a vector, from one, between images, and to another number of images. */
function reshapes(c: number, h: number, w: number, order: "nchw" | "nhwc"): readonly OperationProblem[] {
  const made = (
    ic: number,
    ih: number,
    iw: number,
    on: number,
    oc: number,
    oh: number,
    ow: number,
  ): OperationProblem => {
    const n = (on * oc * oh * ow) / (ic * ih * iw);
    return operationProblem({ kind: "reshape", n, ic, ih, iw, on, oc, oh, ow, order });
  };
  return [
    made(c, h, w, 3, c * h * w, 1, 1),
    made(c * h * w, 1, 1, 2, c, h, w),
    made(c, 4, 6, 2, 4 * c, 3, 2),
    made(c, h, w, 3, 1, h, w * c),
    made(c, 2, w, 2 * c, 3, w, 1),
    made(c, h, w, 2, c, w, h),
    made(1, h, w, h, 1, w, 3),
  ];
}
