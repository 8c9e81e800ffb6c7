/** errors: misuse of `upload`, `allocate`, `allocateShared` and `read`. */

import {
  type ConveneErrorCode,
  type DeviceTensor,
  type Lifetime,
  type Shape4,
  type Tensor,
  tensor,
} from "@convene/core";
import type { Misuse } from "./errors-misuse.js";

const SHAPE: Shape4 = [1, 4, 5, 6];
const host = (changes: object = {}): Tensor => ({ ...tensor(new Float32Array(120), SHAPE), ...changes });

const UPLOADS: readonly (readonly [what: string, source: () => unknown, code: ConveneErrorCode])[] = [
  ["too little data", () => host({ data: new Float32Array(119) }), "ERR_SHAPE"],
  ["too much data", () => host({ data: new Float32Array(121) }), "ERR_SHAPE"],
  ["data that is no Float32Array", () => host({ data: new Float64Array(120) }), "ERR_SHAPE"],
  ["a shape of three", () => host({ shape: [4, 5, 6] }), "ERR_SHAPE"],
  ["a size of 0", () => host({ shape: [1, 4, 0, 6], data: new Float32Array(0) }), "ERR_SHAPE"],
  ["an unknown layout", () => host({ layout: "nchwc8" }), "ERR_INVALID_OPTION"],
  ["data alone", () => new Float32Array(120), "ERR_SHAPE"],
  ["nothing", () => undefined, "ERR_SHAPE"],
];

const SHAPES: readonly (readonly [what: string, shape: unknown])[] = [
  ["a size of 0", [1, 0, 5, 6]],
  ["a negative size", [1, 4, -5, 6]],
  ["a fraction", [1, 4, 5, 6.5]],
  ["NaN", [1, NaN, 5, 6]],
  ["three sizes", [4, 5, 6]],
  ["no list", 120],
  ["more than 2^31 - 1 elements", [2 ** 11, 2 ** 10, 2 ** 10, 1]],
];

const LIFETIMES: readonly (readonly [what: string, lifetimes: unknown, code: ConveneErrorCode])[] = [
  ["a lifetime that ends before it begins", [{ shape: SHAPE, from: 2, to: 1 }], "ERR_INVALID_OPTION"],
  ["a fraction of a step", [{ shape: SHAPE, from: 0.5, to: 1 }], "ERR_INVALID_OPTION"],
  [
    "a shape of zeros",
    [
      { shape: SHAPE, from: 0, to: 1 },
      { shape: [0, 0, 0, 0], from: 0, to: 1 },
    ],
    "ERR_SHAPE",
  ],
  ["what is no list", { shape: SHAPE, from: 0, to: 1 }, "ERR_INVALID_OPTION"],
];

export const TENSOR_MISUSES: readonly Misuse[] = [
  ...UPLOADS.map(([what, source, codes]): Misuse => ({
    name: `upload of ${what}`,
    codes,
    set:
      ({ backend }) =>
      () =>
        backend.upload(source() as Tensor),
  })),
  {
    name: "upload into a tensor of another shape",
    codes: "ERR_SHAPE",
    set: ({ backend, filled }) => {
      const target = filled([1, 4, 6, 5], 1);
      return () => backend.upload(host(), target);
    },
  },
  {
    name: "upload into a disposed tensor",
    codes: "ERR_DISPOSED",
    set: ({ backend, filled }) => {
      const target = filled(SHAPE, 1);
      target.dispose();
      return () => backend.upload(host(), target);
    },
  },
  {
    name: "upload into another backend's tensor",
    codes: "ERR_INVALID_OPTION",
    set: async ({ backend, another }) => {
      const target = (await another()).upload(host());
      return () => backend.upload(host(), target);
    },
  },
  {
    name: "upload into a host tensor",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend }) =>
      () =>
        // What no type allows, and JavaScript does not keep from anyone.
        backend.upload(host(), host() as unknown as DeviceTensor),
  },
  ...SHAPES.map(([what, shape]): Misuse => ({
    name: `allocate with ${what}`,
    codes: "ERR_SHAPE",
    set:
      ({ backend }) =>
      () =>
        backend.allocate(shape as Shape4),
  })),
  ...LIFETIMES.map(([what, lifetimes, codes]): Misuse => ({
    name: `allocateShared with ${what}`,
    codes,
    set:
      ({ backend }) =>
      () =>
        backend.allocateShared(lifetimes as readonly Lifetime[]),
  })),
  {
    // 8 GiB, and only asked for: nothing is uploaded, so that a backend which can give it need not touch it.
    name: "allocate of 2^31 - 1 elements",
    codes: ["ERR_OUT_OF_MEMORY", "ERR_UNSUPPORTED"],
    mayPass: true,
    quick: false,
    set:
      ({ backend }) =>
      () =>
        backend.allocate([1, 1, 1, 2 ** 31 - 1]).dispose(),
  },
  {
    name: "read of a disposed tensor",
    codes: "ERR_DISPOSED",
    set: ({ backend, filled }) => {
      const gone = filled(SHAPE, 1);
      gone.dispose();
      return () => backend.read(gone);
    },
  },
  {
    name: "read of a host tensor",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend }) =>
      () =>
        // As above: a cast is what it takes to misuse it here.
        backend.read(host() as unknown as DeviceTensor),
  },
  {
    name: "read of nothing",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend }) =>
      () =>
        // As above.
        backend.read(undefined as unknown as DeviceTensor),
  },
  {
    name: "read of another backend's tensor",
    codes: "ERR_INVALID_OPTION",
    set: async ({ backend, another }) => {
      const foreign = (await another()).upload(host());
      return () => backend.read(foreign);
    },
  },
  {
    name: "read in an unknown layout",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend, input }) =>
      () =>
        backend.read(input, { layout: "nchwc8" as "nchw" }),
  },
  {
    name: "read with an unknown option",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend, input }) =>
      () =>
        backend.read(input, { order: "nchw" } as object),
  },
];
