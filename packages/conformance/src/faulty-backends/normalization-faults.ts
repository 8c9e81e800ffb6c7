/** Faults of normalisations: other statistics, or statistics of other elements. */

import { type NormalizationProblem, normalizationSets } from "../operations/normalization-sets.js";
import { type Fault } from "./faulty-backend.js";
import { askedOtherwise, faultyKinds, operationFault } from "./faulty-operation.js";

const r = Math.fround;
const BOTH = ["groupNorm", "layerNorm"] as const;
type Kinds = (typeof BOTH)[number];

/** The result of one element x of a set. */
type Formula = (x: number, set: readonly number[], problem: NormalizationProblem) => number;

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const squares = (values: readonly number[], from: number): number =>
  values.reduce((sum, x) => sum + (x - from) ** 2, 0);

/** Backends with another formula, or with statistics over other sets of places. */
const normalizing =
  (
    kinds: readonly Kinds[],
    formula: Formula,
    setsOf: (problem: NormalizationProblem) => readonly (readonly number[])[] = normalizationSets,
  ) =>
  (name: string): Fault["backend"] =>
    faultyKinds(name, kinds, (problem, { inputs }, output) => {
      for (const places of setsOf(problem)) {
        const values = places.map((at) => inputs[0]![at]!);
        for (const at of places) output[at] = formula(inputs[0]![at]!, values, problem);
      }
    });

const right: Formula = (x, set, { eps }) => {
  const mean = meanOf(set);
  return (x - mean) / Math.sqrt(squares(set, mean) / set.length + eps);
};

/** The places of a tensor, in NCHW, with those that `key` gives one name in one set. */
const setsBy =
  (key: (image: number, channel: number, problem: NormalizationProblem) => string) => (p: NormalizationProblem) => {
    const sets = new Map<string, number[]>();
    for (let at = 0; at < p.n * p.c * p.h * p.w; at++) {
      const plane = Math.floor(at / (p.h * p.w));
      const name = key(Math.floor(plane / p.c), plane % p.c, p);
      sets.set(name, [...(sets.get(name) ?? []), at]);
    }
    return [...sets.values()];
  };

export const NORMALIZATION_FAULTS: readonly Fault[] = [
  operationFault(
    {
      name: "norm-variance-of-a-sample",
      about: "The variance divides by one element less, as libraries of statistics do by default.",
      kinds: BOTH,
      problems: { wrong: "layerNorm_c5_h3", right: "add_c5_h3" },
    },
    normalizing(BOTH, (x, set, { eps }) => {
      const mean = meanOf(set);
      return (x - mean) / Math.sqrt(squares(set, mean) / Math.max(1, set.length - 1) + eps);
    }),
  ),
  operationFault(
    {
      name: "norm-variance-from-squares",
      about:
        "The variance is the mean of squares less the square of the mean, in float32. Far from zero nothing is left of it.",
      kinds: BOTH,
    },
    normalizing(BOTH, (x, set, { eps }) => {
      const mean = r(set.reduce((sum, each) => r(sum + each), 0) / set.length);
      const square = r(set.reduce((sum, each) => r(sum + r(each * each)), 0) / set.length);
      const variance = Math.max(0, r(square - r(mean * mean)));
      return r(r(x - mean) / r(Math.sqrt(r(variance + eps))));
    }),
  ),
  operationFault(
    {
      name: "norm-eps-behind-the-root",
      about: "eps is added to the deviation instead of the variance.",
      kinds: BOTH,
      problems: { wrong: "layerNorm_c5_h3_eps0.5", right: "add_c5_h3" },
    },
    normalizing(BOTH, (x, set, { eps }) => {
      const mean = meanOf(set);
      return (x - mean) / (Math.sqrt(squares(set, mean) / set.length) + eps);
    }),
  ),
  operationFault(
    {
      name: "norm-eps-is-the-default",
      about: "eps is not read, and PyTorch's default is used.",
      kinds: BOTH,
      problems: { wrong: "layerNorm_c5_h3_eps0.5", right: "layerNorm_c5_h3" },
    },
    (name) => askedOtherwise(name, BOTH, (p, operands) => [{ ...p, eps: r(1e-5) }, operands]),
  ),
  operationFault(
    {
      name: "norm-without-the-mean",
      about: "The mean is not subtracted, as in RMSNorm.",
      kinds: BOTH,
      problems: { wrong: "layerNorm_c5_h3", right: "add_c5_h3" },
    },
    normalizing(BOTH, (x, set, { eps }) => x / Math.sqrt(squares(set, 0) / set.length + eps)),
  ),
  operationFault(
    {
      name: "group-norm-of-all-channels",
      about: "All channels are one group, because g is not read.",
      kinds: ["groupNorm"],
      problems: { wrong: "groupNorm_g2_c6_h3", right: "groupNorm_g1_c6_h3" },
    },
    (name) => askedOtherwise(name, ["groupNorm"], (p, operands) => [{ ...p, g: 1 }, operands]),
  ),
  operationFault(
    {
      name: "group-norm-of-every-gth-channel",
      about: "A group is every g-th channel instead of channels side by side.",
      kinds: ["groupNorm"],
      problems: { wrong: "groupNorm_g2_c6_h3", right: "groupNorm_g6_c6_h3" },
    },
    normalizing(
      ["groupNorm"],
      right,
      setsBy((image, channel, p) => `${image} ${p.kind === "groupNorm" ? channel % p.g : ""}`),
    ),
  ),
  operationFault(
    {
      name: "group-norm-over-the-batch",
      about: "A group's statistics are of all images, as in batch normalisation while a network is trained.",
      kinds: ["groupNorm"],
      problems: { wrong: "groupNorm_n2_g2_c6_h3", right: "groupNorm_g2_c6_h3" },
    },
    normalizing(
      ["groupNorm"],
      right,
      setsBy((_, channel, p) => `${p.kind === "groupNorm" ? Math.floor(channel / (p.c / p.g)) : ""}`),
    ),
  ),
  operationFault(
    {
      name: "layer-norm-over-the-image",
      about: "The statistics are of a whole image, as LayerNorm([c, h, w]) has them, instead of each pixel's channels.",
      kinds: ["layerNorm"],
      problems: { wrong: "layerNorm_c5_h3", right: "layerNorm_c5_h1" },
    },
    (name) =>
      askedOtherwise(name, ["layerNorm"], (p, operands) => [
        { kind: "groupNorm", n: p.n, g: 1, c: p.c, h: p.h, w: p.w, eps: p.eps },
        operands,
      ]),
  ),
  operationFault(
    {
      name: "layer-norm-over-the-width",
      about: "The statistics are over the last axis instead of over channels.",
      kinds: ["layerNorm"],
      problems: { wrong: "layerNorm_c5_h3", right: "add_c5_h3" },
    },
    normalizing(["layerNorm"], right, ({ n, c, h, w }) =>
      Array.from({ length: n * c * h }, (_, row) => Array.from({ length: w }, (__, x) => row * w + x)),
    ),
  ),
];
