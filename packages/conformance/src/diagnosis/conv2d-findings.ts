/** Findings about convolutions, from the cases with one problem each. */

import { type Conv2dProblem, formatProblem } from "@convene/core";
import { randomProblem } from "../random-problem.js";
import { randomSource } from "../random-source.js";
import { makeOperands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { CONV2D_CAUSES } from "./conv2d-causes.js";
import { CONV2D_PREDICATES, type Predicate } from "./conv2d-features.js";
import type { Finding } from "./diagnosis.js";
import { describePlaces, isPlain, mostTelling, PLAIN_ELEMENTS, TELLING_ELEMENTS } from "./element-causes.js";
import { computed, explain, type Hypothesis } from "./explain.js";
import { byProblem, costOf, isConv2d, type Observation } from "./observations.js";
import { measuredPredicates, neighboursOf } from "./neighbours.js";
import { PRECISION_CAUSES } from "./precision-causes.js";
import { checkTransformed } from "../rules.js";
import { hasTransformedRule, transformedBound } from "../transformed-bound.js";
import { describeRule, findRules, holds, type Rule, type Sample } from "./rules.js";
import { whatIsSaid } from "./said.js";
import type { Session } from "./session.js";
import { resolved, shrinkProblem } from "./shrink.js";
import type { Conv2dTrial } from "./trial.js";

/** The most failed problems that are tried again. */
const MOST_TRIALS = 32;
/** The most products of such a problem. If many problems failed, it is `MANY_PRODUCTS`. */
const MOST_PRODUCTS = 150_000;
const MANY_PRODUCTS = 30_000;
/** If fewer problems than this failed, the failures say too little, and problems near the smallest are tried too. */
const FEW = 4;
/** The most new problems that are made to separate two rules or two causes. */
const MOST_MADE = 24;

type C = Observation<Conv2dProblem>;

export async function conv2dFindings(all: readonly Observation[], session: Session): Promise<readonly Finding[]> {
  const plain = all.filter(isConv2d).filter(({ about }) => /^(integer|real)?$/.test(about));
  const failed = plain.filter((each) => each.failed);
  if (failed.length === 0) return variantFindings(all.filter(isConv2d));
  const thrown = failed.filter(({ result }) => !result.mismatch);
  if (thrown.length > 0 && 2 * thrown.length >= failed.length) return thrownFindings(plain, thrown, session);
  const onIntegers = failed.some(isInteger);
  const used = byProblem(plain.filter((each) => isInteger(each) === onIntegers));
  return wrongFindings(used, session, onIntegers);
}

function isInteger({ suite, about }: C): boolean {
  return suite === "exact" || suite === "known-faults" || about === "integer";
}

/** Predicates on the `algorithm` of a plan, so that a rule can name an algorithm. */
function algorithmsOf(used: readonly C[]): readonly Predicate<Conv2dProblem>[] {
  const algorithms = new Map(used.map(({ text, result }) => [text, result.algorithm ?? ""] as const));
  const names = [...new Set(algorithms.values())].filter((name) => name !== "");
  if (names.length < 2) return [];
  return names.map((name) => ({
    words: `the algorithm is "${name}"`,
    holds: (problem) => algorithms.get(formatProblem(problem)) === name,
  }));
}

async function wrongFindings(used: readonly C[], session: Session, onIntegers: boolean): Promise<readonly Finding[]> {
  const failing = used.filter(({ failed }) => failed);
  const kind = onIntegers ? "integer" : "real";
  const trials: Conv2dTrial[] = [];
  const inNhwc: Conv2dTrial[] = [];
  const unsteady: Conv2dTrial[] = [];
  for (const { problem } of spread(failing, MOST_TRIALS)) {
    const tried = await session.conv2d(problem, { kind });
    if (!tried || "error" in tried) continue;
    if (tried.wrong.length > 0) trials.push(tried);
    else {
      const other = await session.conv2d(problem, { kind, layout: "nhwc" });
      if (other && !("error" in other) && other.wrong.length > 0) inNhwc.push(other);
      else if (other && !("error" in other)) unsteady.push(other);
    }
  }
  const predicates = [...algorithmsOf(used), ...CONV2D_PREDICATES];
  const samplesFor = (isOurs: (each: C) => boolean): readonly Sample<Conv2dProblem>[] =>
    used.filter((each) => !each.failed || isOurs(each)).map(({ problem, failed }) => ({ subject: problem, failed }));
  const rights = new Map<Conv2dProblem, Pick<Conv2dTrial, "problem" | "operands" | "expected">>();
  const rightOf = (problem: Conv2dProblem): Pick<Conv2dTrial, "problem" | "operands" | "expected"> => {
    const known = rights.get(problem);
    if (known) return known;
    const operands = makeOperands(problem, kind, session.seed);
    const made = { problem, operands, expected: referenceConv2d(problem, operands).output };
    rights.set(problem, made);
    return made;
  };
  /** Whether a problem passes by accident: the cause affects it, but the result is still right. */
  const hiddenBy = (words: readonly string[]): ((problem: Conv2dProblem) => boolean) => {
    const [hypothesis, ...others] = hypotheses.filter((each) => words.includes(each.words));
    return (problem) =>
      others.length === 0 &&
      hypothesis?.isHidden !== undefined &&
      costOf(problem) <= MOST_PRODUCTS &&
      hypothesis.isHidden(rightOf(problem));
  };
  const hypotheses: readonly Hypothesis<Conv2dTrial>[] = [
    ...TELLING_ELEMENTS,
    ...(onIntegers
      ? CONV2D_CAUSES.map((cause) => computed(cause, (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b))))
      : PRECISION_CAUSES),
    ...PLAIN_ELEMENTS,
  ];
  const findings: Finding[] = [];
  const only = onIntegers ? "" : "Right on integers; on real values it ";
  const add = async (ours: readonly Conv2dTrial[], words: readonly string[], others: number): Promise<void> => {
    const texts = new Set(ours.map(({ problem }) => formatProblem(problem)));
    const allOurs = others === 0;
    const isHidden = hiddenBy(words);
    const all = samplesFor(({ text }) => allOurs || texts.has(text));
    const accidental = all.filter(({ subject, failed }) => !failed && isHidden(subject));
    const first = ours[0]!;
    const layout = first.layout === "nhwc" ? " in nhwc only" : "";
    const fails = failsAgain(session, kind, hypotheses, words[0]);
    const smallest = first.layout === "nhwc" ? first.problem : await shrinkProblem(first.problem, fails);
    const made =
      ours.length < FEW && first.layout !== "nhwc" ? await tryNeighbours(smallest, session, fails, isHidden) : [];
    const samples = [...all.filter((each) => !accidental.includes(each)), ...made];
    const [found] = findRules(samples, [...predicates, ...(made.length > 0 ? measuredPredicates(samples) : [])]);
    const rule = found && (await separateRules(found.rule, found.rivals, used, session, kind, isHidden));
    const hidden = rule ? accidental.filter(({ subject }) => holds(rule, subject)).length : 0;
    const near = made.length > 0 ? `, ${made.length} problems near the smallest counted in` : "";
    const told = rule
      ? `${describeRule(rule, "", hidden).trim()}${near}`
      : `fails in ${failing.length} of ${used.length} problems`;
    const where = describePlaces(ours);
    const transform = words.length === 0 ? await transformCause(ours, session, kind) : undefined;
    findings.push({
      rule: `${only}${told}${layout}`.replace(/^./, (letter) => letter.toUpperCase()),
      ...(where === undefined ? {} : { where: `only ${where}` }),
      ...(words.length === 0 ? {} : { cause: words.join("; or ") }),
      ...(transform ?? {
        evidence:
          words.length === 0
            ? `none of the known causes gives these values (${ours.length} outputs were looked at)`
            : `it gives the same values in ${ours.length} of ${ours.length + others} outputs that were looked at`,
      }),
      certain: words.length === 1 && !isPlain(words[0]!) && ours.length >= 3 && others === 0,
      smallest: formatProblem(smallest),
    });
  };
  const { explanations, left } = withoutChance(explain(trials, hypotheses));
  for (const { hypotheses: tied, trials: ours } of explanations.slice(0, 3)) {
    const separated = mostTelling(await separateCauses(tied, ours, session, kind));
    await add(
      ours,
      separated.map(({ words }) => words),
      trials.length + inNhwc.length - ours.length,
    );
  }
  if (left.length > 0 && findings.length < 3) await add(left, [], trials.length - left.length);
  if (inNhwc.length > 0) {
    await add(
      inNhwc,
      ["data that are uploaded or read in nhwc are not converted, as if they were nchw"],
      trials.length,
    );
  }
  if (findings.length > 0) return findings;
  // No problem failed again, or none could be tried. Then there are only the results of the run.
  const cause =
    unsteady.length === 0
      ? {}
      : {
          cause:
            "the same problem is right when it runs again alone: its result depends on what ran before, as if weights or kernels are cached by a key that lacks an option, or it differs from run to run",
        };
  return findRules(
    samplesFor(() => true),
    predicates,
  ).map(({ rule }) => ({
    rule: describeRule(rule, "")
      .trim()
      .replace(/^./, (letter) => letter.toUpperCase()),
    ...cause,
    certain: false,
    smallest: failing[0]!.text,
  }));
}

/** If no cause explains most outputs, a cause that explains a few of them does so by chance. These outputs then count as unexplained. */
function withoutChance({
  explanations,
  left,
}: ReturnType<typeof explain<Conv2dTrial>>): ReturnType<typeof explain<Conv2dTrial>> {
  const isChance = ({ trials }: { readonly trials: readonly Conv2dTrial[] }): boolean =>
    3 * trials.length < left.length;
  return {
    explanations: explanations.filter((each) => !isChance(each)),
    left: [...left, ...explanations.filter(isChance).flatMap(({ trials }) => trials)],
  };
}

/** Whether a problem fails in the same way. Only then it is another case of the same fault. */
function failsAgain(
  session: Session,
  kind: "integer" | "real",
  hypotheses: readonly Hypothesis<Conv2dTrial>[],
  words: string | undefined,
): (problem: Conv2dProblem) => Promise<boolean> {
  const own = hypotheses.find((each) => each.words === words);
  return async (problem) => {
    const tried = await session.conv2d(problem, { kind });
    return (
      tried !== undefined && !("error" in tried) && tried.wrong.length > 0 && (own === undefined || own.explains(tried))
    );
  };
}

/** If nothing else explains the failures, the cause may be a transform that is not declared, or a wrong transform. */
async function transformCause(
  ours: readonly Conv2dTrial[],
  session: Session,
  kind: "integer" | "real",
): Promise<Pick<Finding, "cause" | "evidence"> | undefined> {
  const some = ours.slice(0, 3);
  const roundsSo = await Promise.all(some.map(roundsLikeTransform));
  if (roundsSo.every(Boolean)) {
    return {
      cause: "the plan says that its arithmetic is direct, but it rounds as a transform does: declare `transformed`",
      evidence: `${some.length} of ${some.length} outputs that were looked at keep the rule of transforms, and not that of direct plans`,
    };
  }
  let algorithm = "";
  for (const trial of some) {
    const tried = await session.conv2d(trial.problem, { kind, accuracy: "strict" });
    if (!tried || "error" in tried || tried.wrong.length > 0 || tried.algorithm === trial.algorithm) return undefined;
    algorithm = tried.algorithm;
  }
  return {
    cause: `the transform: its matrices, its tiles or its packed weights, in "${some[0]!.algorithm}"`,
    evidence: `with accuracy "strict" the same problems are right, by "${algorithm}"; none of the known causes gives these values`,
  };
}

async function roundsLikeTransform({ problem, operands, actual, expected, arithmetic }: Conv2dTrial): Promise<boolean> {
  if (arithmetic !== "direct" || !hasTransformedRule(problem)) return false;
  return checkTransformed(actual, expected, await transformedBound(problem, operands)).wrongAt.length === 0;
}

/** The smallest problem and problems near it, as samples. Problems that are right by accident are left out. */
async function tryNeighbours(
  smallest: Conv2dProblem,
  session: Session,
  fails: (problem: Conv2dProblem) => Promise<boolean>,
  isHidden: (problem: Conv2dProblem) => boolean,
): Promise<readonly Sample<Conv2dProblem>[]> {
  const samples: Sample<Conv2dProblem>[] = [];
  for (const problem of [smallest, ...neighboursOf(smallest)]) {
    if (!session.hasTime()) break;
    const failed = await fails(problem);
    if (failed || !isHidden(problem)) samples.push({ subject: problem, failed });
  }
  return samples;
}

/** Some of the problems, small ones and larger ones. */
function spread(observations: readonly C[], most: number): readonly C[] {
  const upTo = (products: number): readonly C[] => observations.filter(({ problem }) => costOf(problem) <= products);
  const [many, small] = [upTo(MANY_PRODUCTS), upTo(MOST_PRODUCTS)];
  const from = many.length >= most ? many : small.length > 0 ? small : observations.slice(0, 1);
  if (from.length <= most) return from;
  return Array.from({ length: most }, (_, at) => from[Math.floor((at * from.length) / most)]!);
}

/** Small problems over all options, and some problems near known ones. The list is always the same. */
function* madeProblems(used: readonly C[]): Generator<Conv2dProblem> {
  const random = randomSource(7);
  const small = used.filter(({ problem }) => costOf(problem) < 20_000);
  for (let at = 0; ; at++) {
    const near = small[Math.floor(random() * small.length)]?.problem;
    const other = randomProblem(random);
    const mixed = near && at % 2 === 0 ? resolved({ ...near, ...pick(other, random) }) : other;
    if (mixed && costOf(mixed) < 60_000) yield mixed;
    if (at > 3_000) return;
  }
}

/** A random choice of a problem's fields. */
function pick(problem: Conv2dProblem, random: () => number): Partial<Conv2dProblem> {
  const { oh: _, ow: __, g, ic, oc, ...rest } = problem;
  const entries = Object.entries({ ...rest }).filter(() => random() < 0.2);
  return { ...Object.fromEntries(entries), ...(random() < 0.3 ? { g, ic, oc } : {}) };
}

/** If several rules separate the known cases equally well: the rule that new problems agree with. */
async function separateRules(
  best: Rule<Conv2dProblem>,
  rivals: readonly Rule<Conv2dProblem>[],
  used: readonly C[],
  session: Session,
  kind: "integer" | "real",
  isHidden: (problem: Conv2dProblem) => boolean,
): Promise<Rule<Conv2dProblem>> {
  let standing = [best, ...rivals.filter(({ predicates }) => predicates.length === best.predicates.length)].slice(
    0,
    12,
  );
  let made = 0;
  for (const problem of madeProblems(used)) {
    if (standing.length < 2 || made >= MOST_MADE || !session.hasTime()) break;
    const said = standing.map((rule) => holds(rule, problem));
    // Only cases that ran have a known algorithm.
    if (said.every(Boolean) || !said.some(Boolean)) continue;
    made++;
    const tried = await session.conv2d(problem, { kind });
    if (!tried || "error" in tried) continue;
    const failed = tried.wrong.length > 0;
    if (!failed && isHidden(problem)) continue;
    const right = standing.filter((_, at) => said[at] === failed);
    if (right.length > 0) standing = right;
  }
  return standing[0]!;
}

/** If several causes explain the same trials: the causes that also explain the wrong results of new problems. */
async function separateCauses(
  tied: readonly Hypothesis<Conv2dTrial>[],
  trials: readonly Conv2dTrial[],
  session: Session,
  kind: "integer" | "real",
): Promise<readonly Hypothesis<Conv2dTrial>[]> {
  let standing = tied;
  let made = 0;
  const near = trials.map(({ problem }): C => ({
    problem,
    text: "",
    suite: "exact",
    about: "",
    failed: true,
    result: NO_RESULT,
  }));
  for (const problem of madeProblems(near)) {
    if (standing.length < 2 || made >= MOST_MADE || !session.hasTime()) break;
    made++;
    const tried = await session.conv2d(problem, { kind });
    if (!tried || "error" in tried || tried.wrong.length === 0) continue;
    const right = standing.filter((each) => each.explains(tried));
    if (right.length > 0) standing = right;
  }
  return standing.slice(0, 2);
}

const NO_RESULT = { suite: "exact", name: "", status: "failed", milliseconds: 0 } as const;

/** Findings from failures with a message: an exception, a wrong shape, a time limit. */
async function thrownFindings(
  plain: readonly C[],
  thrown: readonly C[],
  session: Session,
): Promise<readonly Finding[]> {
  const used = byProblem(plain.filter(({ failed, result }) => !failed || !result.mismatch));
  const samples = used.map(({ problem, failed }) => ({ subject: problem, failed }));
  const [found] = findRules(samples, [...algorithmsOf(used), ...CONV2D_PREDICATES]);
  const smallest = byProblem(thrown)[0]!;
  const said = whatIsSaid(thrown.map(({ result }) => result));
  return [
    {
      rule: (found
        ? describeRule(found.rule, "").trim()
        : `fails in ${thrown.length} of ${used.length} problems`
      ).replace(/^./, (letter) => letter.toUpperCase()),
      ...said,
      evidence: `${said.evidence}${session.hasTime() ? "" : "; no time was left to try more"}`,
      smallest: smallest.text,
    },
  ];
}

/** Findings if every problem is right with plain operands, and wrong with others. */
function variantFindings(all: readonly C[]): readonly Finding[] {
  const failed = all.filter((each) => each.failed);
  if (failed.length === 0) return [];
  const kinds = [...new Set(failed.map(({ about }) => about))];
  const ours = all.filter(({ about }) => kinds.includes(about));
  const passed = all.length - failed.length;
  const subnormal = kinds.every((about) => about.includes("subnormal"));
  const wide = kinds.every((about) => about.startsWith("wide"));
  const values = failed.map(({ result }) => Math.abs(Number(result.mismatch?.actual)));
  const range = values.length > 0 && values.every((value) => value === 65504 || value === Infinity);
  const cause = subnormal
    ? "subnormal numbers are flushed to zero, but `features.subnormals` does not say so"
    : range
      ? "results end at 65504, the range of float16"
      : wide
        ? "a sum of large and small values has too few bits, or the range is less than float32's"
        : undefined;
  return [
    {
      rule: `Fails only with operands that are ${kinds.map((about) => `"${about}"`).join(", ")} (${failed.length} of ${ours.length}), passes with all others (${passed - (ours.length - failed.length)} of ${all.length - ours.length})`,
      ...(cause === undefined ? {} : { cause }),
      evidence: `the first: ${failed[0]!.result.message?.split("\n")[0]}`,
      certain: subnormal || range,
      smallest: failed[0]!.result.name,
    },
  ];
}
