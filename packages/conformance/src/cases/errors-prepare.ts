/** errors: what `prepareConv2d` must refuse. */

import { type Backend, type Conv2dProblem, type ConveneErrorCode, parseProblem, weightShape } from "@convene/core";
import { CORNER_PROBLEMS } from "./corner-problems.js";
import { describeThrown, type Misuse, type MisuseParts, thrownBy } from "./errors-misuse.js";
import { fail } from "./lifecycle-workbench.js";

/** Problems that are none: what is changed, in one that is, and the code that tells of it. */
const MALFORMED: readonly (readonly [what: string, change: Record<string, unknown>, code: ConveneErrorCode])[] = [
  ["groups that do not divide the input channels", { g: 3 }, "ERR_INVALID_OPTION"],
  ["groups that do not divide the output channels", { g: 4, oc: 6 }, "ERR_INVALID_OPTION"],
  ["no groups", { g: 0 }, "ERR_INVALID_OPTION"],
  ["a stride of NaN", { sh: NaN }, "ERR_INVALID_OPTION"],
  ["a stride of 0", { sw: 0 }, "ERR_INVALID_OPTION"],
  ["a fraction of a kernel", { kh: 2.5 }, "ERR_INVALID_OPTION"],
  ["an infinite dilation", { dh: Infinity }, "ERR_INVALID_OPTION"],
  ["a negative pad", { pt: -1 }, "ERR_INVALID_OPTION"],
  ["a string for a size", { ih: "5" }, "ERR_INVALID_OPTION"],
  ["null for a size", { n: null }, "ERR_INVALID_OPTION"],
  ["a number for bias", { bias: 1 }, "ERR_INVALID_OPTION"],
  ["a number for residual", { residual: 0 }, "ERR_INVALID_OPTION"],
  ["an unknown padding mode", { paddingMode: "symmetric" }, "ERR_INVALID_OPTION"],
  ["an unknown activation", { activation: "gelu" }, "ERR_INVALID_OPTION"],
  ["a clamp whose bounds are exchanged", { activation: { clamp: [6, 0] } }, "ERR_INVALID_OPTION"],
  ["a clamp to NaN", { activation: { clamp: [NaN, 1] } }, "ERR_INVALID_OPTION"],
  ["a key that problems do not have", { stride: 2 }, "ERR_INVALID_OPTION"],
  ["a kernel larger than the padded input", { kh: 9 }, "ERR_SHAPE"],
  ["a kernel that is too large when dilated", { kw: 3, dw: 4 }, "ERR_SHAPE"],
  ["reflection as wide as the input", { paddingMode: "reflect", pt: 5, pb: 5 }, "ERR_SHAPE"],
  ["wrapping around wider than the input", { paddingMode: "circular", pl: 7, pr: 7 }, "ERR_SHAPE"],
  ["an input of more than 2^31 - 1 elements", { n: 2 ** 26 }, "ERR_SHAPE"],
  ["a padded input of more than 2^31 - 1 elements", { pt: 2 ** 28 }, "ERR_SHAPE"],
];

/** Weights that do not fit [4, 4, 3, 3] and a bias of 4. */
const WEIGHTS: readonly (readonly [what: string, weights: (parts: MisuseParts) => unknown, code: ConveneErrorCode])[] =
  [
    ["a weight too few", ({ operands }) => ({ ...pick(operands), weight: operands.weight.slice(1) }), "ERR_SHAPE"],
    ["a weight too many", ({ operands }) => ({ ...pick(operands), weight: new Float32Array(145) }), "ERR_SHAPE"],
    [
      "weights as an array of numbers",
      ({ operands }) => ({ ...pick(operands), weight: [...operands.weight] }),
      "ERR_SHAPE",
    ],
    [
      "weights in float64",
      ({ operands }) => ({ ...pick(operands), weight: Float64Array.from(operands.weight) }),
      "ERR_SHAPE",
    ],
    ["no weight", ({ operands: { bias } }) => ({ bias }), "ERR_SHAPE"],
    ["no weights at all", () => null, "ERR_INVALID_OPTION"],
    ["no bias, where the problem has one", ({ operands: { weight } }) => ({ weight }), "ERR_SHAPE"],
    ["a bias too few", ({ operands }) => ({ ...pick(operands), bias: new Float32Array(3) }), "ERR_SHAPE"],
    ["a bias as an array of numbers", ({ operands }) => ({ ...pick(operands), bias: [1, 2, 3, 4] }), "ERR_SHAPE"],
  ];

const pick = ({ weight, bias }: MisuseParts["operands"]) => ({ weight, bias });

/** Arguments as a caller without types can give them. */
const prepareAny = (backend: Backend, problem: unknown, weights: unknown, options?: unknown): Promise<unknown> =>
  backend.prepareConv2d(problem as Conv2dProblem, weights as { weight: Float32Array }, options as object);

export const PREPARE_MISUSES: readonly Misuse[] = [
  ...MALFORMED.map(([what, change, codes]): Misuse => ({
    name: `prepareConv2d with ${what}`,
    codes,
    // Every size that the change implies is made anew by whoever checks; the weights fit the problem as it was.
    set:
      ({ backend, problem, operands }) =>
      () =>
        prepareAny(backend, { ...problem, ...change }, pick(operands)),
  })),
  {
    name: "prepareConv2d with no problem",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend, operands }) =>
      () =>
        prepareAny(backend, undefined, pick(operands)),
  },
  ...WEIGHTS.map(([what, weights, codes]): Misuse => ({
    name: `prepareConv2d with ${what}`,
    codes,
    set: (parts) => () => prepareAny(parts.backend, parts.problem, weights(parts)),
  })),
  {
    name: "prepareConv2d with a bias, where the problem has none",
    codes: "ERR_INVALID_OPTION",
    problem: "ic4_ih5_iw6_oc4_kh3_ph1_nobias",
    set:
      ({ backend, problem, operands: { weight } }) =>
      () =>
        prepareAny(backend, problem, { weight, bias: weight.slice(0, 4) }),
  },
  {
    name: "prepareConv2d with an unknown accuracy",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend, problem, operands }) =>
      () =>
        prepareAny(backend, problem, pick(operands), { accuracy: "exact" }),
  },
  {
    name: "prepareConv2d with an unknown option",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ backend, problem, operands }) =>
      () =>
        prepareAny(backend, problem, pick(operands), { acuracy: "fast" }),
  },
  {
    name: "prepareConv2d with what features.supports refuses",
    codes: "ERR_UNSUPPORTED",
    // Where it refuses nothing, there is nothing to do wrong.
    mayPass: true,
    set:
      ({ backend }) =>
      () =>
        expectRefused(backend),
  },
];

/** That each corner problem which the backend declares not to take is refused with ERR_UNSUPPORTED. */
export async function expectRefused(backend: Backend): Promise<void> {
  for (const text of CORNER_PROBLEMS) {
    const problem = parseProblem(text);
    if ((backend.features.supports?.(problem) ?? true) === true) continue;
    const thrown = await thrownBy(() => prepareAny(backend, problem, zeroWeights(problem)));
    if (!thrown) fail(`features.supports refuses ${text}, and prepareConv2d takes it`);
    const wrong = describeThrown(thrown.error, ["ERR_UNSUPPORTED"]);
    if (wrong) fail(`features.supports refuses ${text}, and prepareConv2d fails otherwise: ${wrong}`);
  }
}

/** Weights of the right sizes, all 0. */
export function zeroWeights(problem: Conv2dProblem): { weight: Float32Array; bias: Float32Array | undefined } {
  const [oc, ic, kh, kw] = weightShape(problem);
  return { weight: new Float32Array(oc * ic * kh * kw), bias: problem.bias ? new Float32Array(oc) : undefined };
}
