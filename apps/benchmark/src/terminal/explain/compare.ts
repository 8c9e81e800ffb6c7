/**
 * The costs of a layer in another form: a standard convolution as a depthwise and pointwise pair, a pair as a standard convolution, and
 * a grouped convolution without groups. These are only formulas, because the other form may be too large for a backend. Pure.
 */

import { type Conv2dProblem, type Cost, formatProblem, problemCost, totalCost } from "@convene/core";
import type { WorkloadLayer } from "../../engine/workloads/index.js";

export type Kind = "standard" | "grouped" | "depthwise" | "pointwise";

export function kindOf({ g, ic, kh, kw }: Conv2dProblem): Kind {
  if (g > 1) return g === ic ? "depthwise" : "grouped";
  return kh === 1 && kw === 1 ? "pointwise" : "standard";
}

/** A standard convolution, and the pair in its place with fewer multiplications. */
export interface Separation {
  /** The form that the workload has. */
  readonly has: "standard" | "pair" | "both";
  readonly repeat: number;
  readonly standardProblem: Conv2dProblem;
  readonly standard: Cost;
  readonly depthwise: Cost;
  readonly pointwise: Cost;
  readonly pair: Cost;
  /** MACs of the pair / MACs of the standard convolution. */
  readonly share: number;
}

/** A grouped convolution, and the standard convolution of the same sizes. */
export interface Grouping {
  readonly repeat: number;
  readonly problem: Conv2dProblem;
  readonly grouped: Cost;
  readonly standard: Cost;
}

/** All distinct standard convolutions, and all distinct depthwise and pointwise pairs, of the layers. */
export function separations(layers: readonly WorkloadLayer[]): readonly Separation[] {
  const found = new Map<string, Separation>();
  const add = (
    has: "standard" | "pair",
    repeat: number,
    standardProblem: Conv2dProblem,
    parts: readonly [Conv2dProblem, Conv2dProblem],
  ): void => {
    const key = formatProblem(standardProblem);
    const before = found.get(key);
    const both = before !== undefined && before.has !== has;
    const [depthwise, pointwise] = parts.map(problemCost) as [Cost, Cost];
    const standard = problemCost(standardProblem);
    const pair = totalCost([depthwise, pointwise]);
    found.set(key, {
      has: both ? "both" : has,
      repeat: both ? Math.max(before.repeat, repeat) : (before?.repeat ?? 0) + repeat,
      standardProblem,
      standard,
      depthwise,
      pointwise,
      pair,
      share: pair.macs / standard.macs,
    });
  };
  for (const [index, { problem, repeat }] of layers.entries()) {
    const next = layers[index + 1];
    if (kindOf(problem) === "standard") add("standard", repeat, problem, separate(problem));
    else if (next && repeat === next.repeat && isPair(problem, next.problem))
      add("pair", repeat, join(problem, next.problem), [problem, next.problem]);
  }
  return [...found.values()];
}

export function groupings(
  layers: readonly { readonly problem: Conv2dProblem; readonly repeat: number }[],
): readonly Grouping[] {
  return layers
    .filter(({ problem }) => kindOf(problem) === "grouped")
    .map(({ problem, repeat }) => ({
      repeat,
      problem,
      grouped: problemCost(problem),
      standard: problemCost({ ...problem, g: 1 }),
    }));
}

function separate(p: Conv2dProblem): readonly [depthwise: Conv2dProblem, pointwise: Conv2dProblem] {
  const pointwise = {
    kh: 1,
    kw: 1,
    sh: 1,
    sw: 1,
    dh: 1,
    dw: 1,
    pt: 0,
    pl: 0,
    pb: 0,
    pr: 0,
    paddingMode: "zeros",
  } as const;
  return [
    { ...p, g: p.ic, oc: p.ic, residual: false },
    { ...p, ...pointwise, ih: p.oh, iw: p.ow },
  ];
}

function join(depthwise: Conv2dProblem, { oc, bias, residual, activation }: Conv2dProblem): Conv2dProblem {
  return { ...depthwise, g: 1, oc, bias, residual, activation };
}

/** Whether two layers are a pair. Global pooling is a depthwise convolution too, but it does not replace a standard convolution. */
function isPair(first: Conv2dProblem, second: Conv2dProblem): boolean {
  const pools = first.oh === 1 && first.ow === 1 && first.kh === first.ih && first.kw === first.iw;
  const fits = second.n === first.n && second.ic === first.oc && second.ih === first.oh && second.iw === first.ow;
  const plain = second.sh === 1 && second.sw === 1 && second.pt + second.pb + second.pl + second.pr === 0;
  return kindOf(first) === "depthwise" && !pools && kindOf(second) === "pointwise" && fits && plain;
}
