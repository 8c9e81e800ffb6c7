/**
 * errors: misuse of a backend's own methods, one or two cases of each kind. `defineBackend` finds all other misuse in the same places, and core's tests
 * show that it does. These cases find a backend that does not use `defineBackend`, or wraps its result.
 */

import {
  type Backend,
  type Conv2dProblem,
  type ConveneErrorCode,
  type DeviceTensor,
  type Shape4,
  type Tensor,
  weightShape,
  zeros,
} from "@convene/core";
import type { Misuse, MisuseParts } from "./errors-misuse.js";

const SHAPE: Shape4 = [1, 4, 5, 6];
const source = (changes: object): Tensor => ({ ...zeros(SHAPE), ...changes });

/** Makes the tensor for the call. This must not fail. */
type Make = (parts: MisuseParts) => DeviceTensor | Promise<DeviceTensor>;

const input: Make = ({ inputs }) => inputs[0]!;
const foreign: Make = async ({ another }) => (await another()).upload(zeros(SHAPE));
const gone: Make = ({ filled }) => {
  const target = filled(SHAPE, 1);
  target.dispose();
  return target;
};

type Call = readonly [
  name: string,
  code: ConveneErrorCode,
  make: Make,
  call: (backend: Backend, made: DeviceTensor) => unknown,
];

// Casts make values that no type allows, because a program in JavaScript can pass them.
const CALLS: readonly Call[] = [
  ["upload of too little data", "ERR_SHAPE", input, (to) => to.upload(source({ data: new Float32Array(119) }))],
  ["upload of an unknown layout", "ERR_INVALID_OPTION", input, (to) => to.upload(source({ layout: "nchwc8" }))],
  [
    "upload into a tensor of another shape",
    "ERR_SHAPE",
    ({ filled }) => filled([1, 4, 6, 5], 1),
    (to, made) => to.upload(zeros(SHAPE), made),
  ],
  ["upload into a disposed tensor", "ERR_DISPOSED", gone, (to, made) => to.upload(zeros(SHAPE), made)],
  ["upload into another backend's tensor", "ERR_INVALID_OPTION", foreign, (to, made) => to.upload(zeros(SHAPE), made)],
  ["allocate with a size of 0", "ERR_SHAPE", input, (to) => to.allocate([1, 0, 5, 6])],
  [
    "allocateShared with a lifetime that ends before it begins",
    "ERR_INVALID_OPTION",
    input,
    (to) => to.allocateShared([{ shape: SHAPE, from: 2, to: 1 }]),
  ],
  ["read of a disposed tensor", "ERR_DISPOSED", gone, (from, made) => from.read(made)],
  ["read of another backend's tensor", "ERR_INVALID_OPTION", foreign, (from, made) => from.read(made)],
  // Cast: no type allows what a program in JavaScript can pass.
  ["read of nothing", "ERR_INVALID_OPTION", input, (from) => from.read(undefined as unknown as DeviceTensor)],
  [
    "read in an unknown layout",
    "ERR_INVALID_OPTION",
    input,
    (from, made) => from.read(made, { layout: "nchwc8" as "nchw" }),
  ],
];

/** Changes to a problem, or to what `prepareConv2d` is given with it. */
const PREPARES: readonly (readonly [name: string, codes: Misuse["codes"], change: Record<string, unknown>])[] = [
  ["groups that do not divide the channels", "ERR_INVALID_OPTION", { g: 3 }],
  ["a stride of NaN", "ERR_INVALID_OPTION", { sh: NaN }],
  ["a kernel larger than the padded input", "ERR_SHAPE", { kh: 9 }],
  ["weights that are too few", "ERR_SHAPE", { oc: 8 }],
];

/** @param problem plans are prepared for this problem, which has a bias */
export function callMisuses(problem: Conv2dProblem): readonly Misuse[] {
  const weights = zeroWeights(problem);
  return [
    ...CALLS.map(([name, codes, make, call]): Misuse => ({
      name,
      codes,
      async set(parts) {
        const made = await make(parts);
        return () => call(parts.backend, made);
      },
    })),
    ...PREPARES.map(([what, codes, change]): Misuse => ({
      name: `prepareConv2d with ${what}`,
      codes,
      set:
        ({ backend }) =>
        () =>
          backend.prepareConv2d({ ...problem, ...change }, weights),
    })),
    {
      name: "prepareConv2d with no bias, where the problem has one",
      codes: "ERR_SHAPE",
      set:
        ({ backend }) =>
        () =>
          backend.prepareConv2d(problem, { weight: weights.weight }),
    },
    {
      name: "prepareConv2d with an unknown accuracy",
      codes: "ERR_INVALID_OPTION",
      set:
        ({ backend }) =>
        () =>
          backend.prepareConv2d(problem, weights, { accuracy: "exact" as "fast" }),
    },
    {
      // 8 GiB. Nothing is uploaded, so a backend that can give so much memory need not write to it.
      name: "allocate of 2^31 - 1 elements",
      codes: ["ERR_OUT_OF_MEMORY", "ERR_UNSUPPORTED"],
      mayPass: true,
      quick: false,
      set:
        ({ backend }) =>
        () =>
          backend.allocate([1, 1, 1, 2 ** 31 - 1]).dispose(),
    },
  ];
}

/** Weights of the right sizes, all 0. */
export function zeroWeights(problem: Conv2dProblem): { weight: Float32Array; bias: Float32Array | undefined } {
  const [oc, ic, kh, kw] = weightShape(problem);
  return { weight: new Float32Array(oc * ic * kh * kw), bias: problem.bias ? new Float32Array(oc) : undefined };
}
