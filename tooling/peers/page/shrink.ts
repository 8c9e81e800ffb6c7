/** Finds the smallest problem that still fails in the same way, by greedy steps. A step is kept if the failure stays. */

import { type Conv2dProblem, conv2dProblem } from "@convene/core";

export interface SmallestProblem {
  readonly problem: Conv2dProblem;
  /** The failure of the problem. */
  readonly message: string;
  readonly tries: number;
}

/**
 * @param failure gives the failure of a problem, or `undefined` if it passes
 * @param most the most problems to try, the given one included
 * @returns the smallest problem. If the given problem does not fail, it is returned, and the message says so
 */
export async function shrinkProblem(
  problem: Conv2dProblem,
  failure: (problem: Conv2dProblem) => Promise<string | undefined>,
  most: number,
): Promise<SmallestProblem> {
  let message = await failure(problem);
  if (message === undefined) return { problem, message: "does not fail when it runs again", tries: 1 };
  const kind = kindOf(message);
  let [smallest, tries, progress] = [problem, 1, true];
  while (progress) {
    progress = false;
    for (const step of STEPS) {
      for (const next of step(smallest)) {
        if (tries >= most) return { problem: smallest, message, tries };
        const smaller = resolve(smallest, next);
        if (!smaller || size(smaller) >= size(smallest)) continue;
        tries++;
        const found = await failure(smaller);
        if (found === undefined || kindOf(found) !== kind) continue;
        [smallest, message, progress] = [smaller, found, true];
        break;
      }
    }
  }
  return { problem: smallest, message, tries };
}

/**
 * The kind of a failure. All wrong elements are one kind. All errors of WebGPU are one kind too, because the first is about the shader,
 * and later ones are about the pipeline. Another exception is identified by its first words.
 */
function kindOf(message: string): string {
  const known = ["wrong", "WebGPU"].find((word) => message.includes(word));
  return known ?? message.replace(/\d+/g, "").slice(0, 60);
}

type Spec = Partial<Conv2dProblem>;
/** Gives smaller problems, the smallest first, so that one step covers most of the way. */
type Step = (problem: Conv2dProblem) => readonly Spec[];

/** The steps: first whole options, then numbers, because a removed option needs no steps for its numbers. */
const STEPS: readonly Step[] = [
  () => [{ activation: undefined }],
  () => [{ residual: false }],
  () => [{ bias: false }],
  ({ n }) => lower("n", n),
  ({ paddingMode }) => (paddingMode === "zeros" ? [] : [{ paddingMode: "zeros" }]),
  () => [{ pt: 0, pl: 0, pb: 0, pr: 0 }],
  () => [{ dh: 1, dw: 1 }],
  () => [{ sh: 1, sw: 1 }],
  ({ g, ic, oc }) => [
    { g: 1, ic: ic / g, oc: oc / g },
    { g: 2, ic: (2 * ic) / g, oc: (2 * oc) / g },
  ],
  ({ g, ic }) => lower("ic", ic, g),
  ({ g, oc }) => lower("oc", oc, g),
  ({ kh }) => lower("kh", kh),
  ({ kw }) => lower("kw", kw),
  ({ ih }) => lower("ih", ih),
  ({ iw }) => lower("iw", iw),
  ...(["pt", "pl", "pb", "pr"] as const).map(
    (pad): Step =>
      (problem) =>
        lower(pad, problem[pad], 1, 0),
  ),
  ...(["dh", "dw", "sh", "sw"] as const).map(
    (name): Step =>
      (problem) =>
        lower(name, problem[name]),
  ),
];

/** Smaller multiples of `unit`, at least `least` units: the least, the half, and one less. */
function lower(name: keyof Conv2dProblem, value: number, unit = 1, least = 1): readonly Spec[] {
  const units = value / unit;
  const smaller = [least, Math.floor(units / 2), units - 1].filter((each) => each >= least && each < units);
  return [...new Set(smaller)].map((each) => ({ [name]: each * unit }));
}

function size(p: Conv2dProblem): number {
  const options = [p.bias, p.residual, p.activation !== undefined, p.paddingMode !== "zeros"].filter(Boolean).length;
  const numbers = [p.n, p.g, p.ic, p.oc, p.ih, p.iw, p.kh, p.kw, p.sh, p.sw, p.dh, p.dw, p.pt, p.pl, p.pb, p.pr];
  return options + numbers.reduce((sum, each) => sum + each, 0);
}

/** The changed problem, or `undefined` if it is not valid, for example with a kernel larger than the padded input. */
function resolve(from: Conv2dProblem, change: Spec): Conv2dProblem | undefined {
  try {
    return conv2dProblem({ ...from, ...change });
  } catch {
    return undefined;
  }
}
