/** The drawn stages: one convolution, or the depthwise-separable pair in its place. Also the stops of the slider. Pure. */

import { Conv2d, type Conv2dProblem, depthwiseSeparable, inputShape, problemCost, totalCost } from "@convene/core";

/** One stop of the slider. */
export interface Stop {
  readonly groups: number;
  /** Whether this is the depthwise-separable pair, which is the last stop. */
  readonly pair: boolean;
  readonly label: string;
}

/** All common divisors of two numbers, from 1 on. */
export function commonDivisors(a: number, b: number): readonly number[] {
  const divisors: number[] = [];
  for (let each = 1; each <= Math.min(a, b); each++) if (a % each === 0 && b % each === 0) divisors.push(each);
  return divisors;
}

/** The stops: from a standard convolution over each possible number of groups to a depthwise one, then the pair. */
export function stops({ ic, oc }: Conv2dProblem): readonly Stop[] {
  const grouped = commonDivisors(ic, oc).map((groups) => ({ groups, pair: false, label: nameOf(groups, ic) }));
  // With one channel there is nothing to separate.
  return ic === 1 ? grouped : [...grouped, { groups: 1, pair: true, label: "depthwise + pointwise" }];
}

function nameOf(groups: number, ic: number): string {
  if (groups === 1) return "standard";
  return groups === ic ? "depthwise" : "grouped";
}

/** The convolution as a layer. */
export function layerOf(p: Conv2dProblem): Conv2d {
  return new Conv2d({ ...layerOptions(p), groups: p.g });
}

function layerOptions(p: Conv2dProblem) {
  return {
    inChannels: p.ic,
    outChannels: p.oc,
    kernelSize: [p.kh, p.kw],
    stride: [p.sh, p.sw],
    padding: { top: p.pt, left: p.pl, bottom: p.pb, right: p.pr },
    dilation: [p.dh, p.dw],
    paddingMode: p.paddingMode,
    bias: p.bias,
    activation: p.activation,
  } as const;
}

/** The layers of the pair in the place of a convolution with these sizes, for any number of groups. */
export function pairLayers(p: Conv2dProblem): readonly [depthwise: Conv2d, pointwise: Conv2d] {
  return depthwiseSeparable(layerOptions(p));
}

/** The problems of the pair, in order. */
export function pairOf(p: Conv2dProblem): readonly [depthwise: Conv2dProblem, pointwise: Conv2dProblem] {
  const [depthwise, pointwise] = pairLayers(p);
  const first = depthwise.problem(inputShape(p));
  return [first, pointwise.problem([first.n, first.oc, first.oh, first.ow])];
}

/** The drawn problems, from the input on. */
export function stagesOf(p: Conv2dProblem, pair: boolean): readonly Conv2dProblem[] {
  return pair && p.ic > 1 ? pairOf(p) : [p];
}

/** The multiplications and weights of the same layer in three forms. */
export interface Comparison {
  readonly standard: number;
  readonly grouped: number;
  readonly depthwise: number;
  readonly pointwise: number;
  readonly pair: number;
}

/** Multiplications, from core's costs. */
export function compareCosts(p: Conv2dProblem): Comparison {
  const [depthwise, pointwise] = pairOf(p).map(problemCost);
  return {
    standard: problemCost({ ...p, g: 1 }).macs,
    grouped: problemCost(p).macs,
    depthwise: depthwise!.macs,
    pointwise: pointwise!.macs,
    pair: totalCost([depthwise!, pointwise!]).macs,
  };
}
