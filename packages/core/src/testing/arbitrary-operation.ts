/** Any operation, small, for fast-check. */

import fc from "fast-check";
import type { Activation, Clamp } from "../activation.js";
import {
  COORDINATES,
  type OperationProblem,
  operationProblem,
  type OperationProblemSpec,
  ROUNDINGS,
} from "../operations/operation-problem.js";

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
const image = { n: upTo(3), c: upTo(9), h: upTo(7), w: upTo(7) };
const input = { n: upTo(3), c: upTo(9), ih: upTo(7), iw: upTo(7) };
const clamp = fc.constantFrom<Clamp | undefined>(undefined, "relu", "relu6", { clamp: [-1, 0.5] });
const activation = fc.constantFrom<Activation>(
  "relu",
  "relu6",
  { clamp: [-0.5, Infinity] },
  "sigmoid",
  "hardSigmoid",
  "hardSwish",
  "silu",
  "tanh",
  "gelu",
  "geluTanh",
  { leakyRelu: 0.01 },
  { hardSigmoid: [0.2, 0.5] },
);
const eps = fc.constantFrom(1e-5, 1e-6, 0, 0.25);
const pool = (kind: "maxPool2d" | "avgPool2d") =>
  fc
    .record({ ...input, kh: upTo(4), kw: upTo(4), sh: upTo(3), sw: upTo(3), ceilMode: fc.boolean(), dh: upTo(2) })
    .chain((p) =>
      fc.record({ pt: upTo(p.kh - 1, 0), pl: upTo(p.kw - 1, 0), countIncludePad: fc.boolean() }).map((pads) => ({
        kind,
        ...p,
        ...pads,
        // The input is larger by the kernel's reach, so that the window fits.
        ih: p.ih + (p.kh - 1) * p.dh,
        iw: p.iw + (p.kw - 1) * p.dh,
      })),
    );

const SPECS: fc.Arbitrary<OperationProblemSpec>[] = [
  fc.record({ kind: fc.constant("activation" as const), ...image, activation }),
  fc.record({ kind: fc.constantFrom("prelu" as const, "softmax" as const), ...image }),
  pool("maxPool2d"),
  pool("avgPool2d"),
  fc.record({
    kind: fc.constantFrom("add" as const, "multiply" as const),
    ...image,
    perChannel: fc.boolean(),
    activation: clamp,
  }),
  fc.record({
    kind: fc.constant("concat" as const),
    n: upTo(3),
    channels: fc.array(upTo(5), { minLength: 1, maxLength: 4 }),
    h: upTo(5),
    w: upTo(5),
  }),
  fc.record({ ...input, fc: upTo(3, 0), fh: upTo(3, 0), fw: upTo(3, 0), sh: upTo(2), sw: upTo(2) }).map((p) => ({
    kind: "slice" as const,
    ...p,
    oc: p.c,
    oh: p.ih,
    ow: p.iw,
    c: p.c + p.fc + 1,
    ih: p.fh + p.ih * p.sh,
    iw: p.fw + p.iw * p.sw,
  })),
  fc.record({ n: upTo(2), g: upTo(4), each: upTo(4), h: upTo(4), w: upTo(4) }).map(({ each, ...p }) => ({
    kind: "channelShuffle" as const,
    ...p,
    c: p.g * each,
  })),
  fc.record({ n: upTo(2), g: upTo(3), each: upTo(4), h: upTo(4), w: upTo(4), eps }).map(({ each, ...p }) => ({
    kind: "groupNorm" as const,
    ...p,
    c: p.g * each,
  })),
  fc.record({ kind: fc.constant("layerNorm" as const), ...image, eps }),
  fc.record({
    kind: fc.constant("pad" as const),
    ...input,
    pf: upTo(3, 0),
    pk: upTo(3, 0),
    pt: upTo(2, 0),
    pl: upTo(2, 0),
    pb: upTo(2, 0),
    pr: upTo(2, 0),
    value: fc.constantFrom(0, -0.5, -Infinity, 1e-7),
  }),
  fc.record({
    kind: fc.constant("upsample" as const),
    ...input,
    oh: upTo(9),
    ow: upTo(9),
    mode: fc.constantFrom("nearest" as const, "bilinear" as const),
    coordinates: fc.constantFrom(...COORDINATES),
    rounding: fc.constantFrom(...ROUNDINGS),
    scaleH: fc.constantFrom(0, 1.5),
  }),
  fc.record({ n: upTo(2), each: upTo(3), ih: upTo(4), iw: upTo(4), rh: upTo(3), rw: upTo(3) }).chain(({ each, ...p }) =>
    fc.constantFrom("crd" as const, "dcr" as const).map((order) => ({
      kind: "pixelShuffle" as const,
      ...p,
      ic: each * p.rh * p.rw,
      order,
    })),
  ),
  fc.record({ n: upTo(2), ic: upTo(4), ih: upTo(4), iw: upTo(4) }).chain((p) =>
    fc.constantFrom("nchw" as const, "nhwc" as const).map((order) => ({
      kind: "reshape" as const,
      ...p,
      on: 1,
      oc: p.iw,
      oh: p.n * p.ic,
      ow: p.ih,
      order,
    })),
  ),
];

export const arbitraryOperation: fc.Arbitrary<OperationProblem> = fc
  .oneof(...SPECS)
  .map((spec) => operationProblem(spec as OperationProblemSpec));
