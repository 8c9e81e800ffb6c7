/**
 * Problems that differ from one problem in a single field. If few cases fail, these problems show on which sizes and options the
 * failure depends.
 */

import { type Conv2dProblem, formatProblem } from "@convene/core";
import type { Predicate } from "./conv2d-features.js";
import type { Sample } from "./rules.js";
import { resolved } from "./shrink.js";

type P = Conv2dProblem;
type Field = "n" | "ih" | "iw" | "kh" | "kw" | "sh" | "sw" | "dh" | "dw" | "pt" | "pl" | "pb" | "pr";

const SIZES: readonly Field[] = ["n", "ih", "iw", "kh", "kw", "sh", "sw", "dh", "dw"];
const PADS: readonly Field[] = ["pt", "pl", "pb", "pr"];

/** The neighbours, each of them once, always in the same order. */
export function neighboursOf(problem: P): readonly P[] {
  const { g, ic, oc } = problem;
  const [inputs, outputs] = [ic / g, oc / g];
  const changes: Partial<P>[] = [
    ...SIZES.flatMap((key) => {
      const value = problem[key];
      return [value - 1, value + 1, Math.floor(value / 2)].map((other) => ({ [key]: Math.max(1, other) }));
    }),
    ...PADS.flatMap((key) => [{ [key]: 0 }, { [key]: problem[key] + 1 }]),
    ...[1, 2, 3, 4].map((groups) => ({ g: groups, ic: groups * inputs, oc: groups * outputs })),
    ...[inputs - 1, inputs + 1, Math.floor(inputs / 2)].map((each) => ({ ic: g * Math.max(1, each) })),
    ...[outputs - 1, outputs + 1, Math.floor(outputs / 2)].map((each) => ({ oc: g * Math.max(1, each) })),
    { bias: !problem.bias },
    { residual: !problem.residual },
    { activation: problem.activation === undefined ? "relu" : undefined },
    { paddingMode: "zeros" },
  ];
  const found = new Map<string, P>();
  for (const change of changes) {
    const next = resolved({ ...problem, ...change });
    if (next && formatProblem(next) !== formatProblem(problem)) found.set(formatProblem(next), next);
  }
  return [...found.values()];
}

const MEASURES: readonly (readonly [words: string, of: (problem: P) => number])[] = [
  ...(["n", "g", "kh", "kw", "sh", "sw", "dh", "dw", "oh", "ow", "ih", "iw"] as const).map(
    (key) => [key, (problem: P) => problem[key]] as const,
  ),
  ["ic/g", ({ ic, g }) => ic / g],
  ["oc/g", ({ oc, g }) => oc / g],
  ["ic", ({ ic }) => ic],
  ["oc", ({ oc }) => oc],
];

/** Predicates with numbers of these samples: values that all failures have, and bounds that separate failures from passes. */
export function measuredPredicates(samples: readonly Sample<P>[]): readonly Predicate<P>[] {
  const failed = samples.filter((each) => each.failed);
  const passed = samples.filter((each) => !each.failed);
  return MEASURES.flatMap(([words, of]) => {
    const values = failed.map(({ subject }) => of(subject));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const below = Math.max(0, ...passed.map(({ subject }) => of(subject)).filter((value) => value < least));
    const found: Predicate<P>[] = [];
    if (below > 0) found.push({ words: `${words} > ${below}`, holds: (problem) => of(problem) > below });
    if (least === most) found.push({ words: `${words} = ${least}`, holds: (problem) => of(problem) === least });
    return found;
  });
}
