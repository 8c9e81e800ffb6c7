/** Findings about operations beside convolution: for each kind, and for several kinds that fail alike. */

import { type Backend, formatOperation, operationInputShapes, type OperationProblem, tensor } from "@convene/core";
import { makeOperationOperands } from "../operations/operation-operands.js";
import { outputShapeOf } from "../problem.js";
import type { Predicate } from "./conv2d-features.js";
import type { Finding } from "./diagnosis.js";
import { describePlaces, isPlain, mostTelling, PLAIN_ELEMENTS, TELLING_ELEMENTS } from "./element-causes.js";
import { computed, explain, type Hypothesis } from "./explain.js";
import { byProblem, costOf, isOperation, type Observation } from "./observations.js";
import { OPERATION_CAUSES } from "./operation-causes.js";
import { neighboursOfOperation } from "./operation-neighbours.js";
import { operationPredicates } from "./operation-features.js";
import { describeRule, findRules, type Sample } from "./rules.js";
import { firstLine, whatIsSaid } from "./said.js";
import type { Session } from "./session.js";
import type { OperationTrial } from "./trial.js";

type O = Observation<OperationProblem>;

const MOST_TRIALS = 12;
/** The fewest outputs that a cause must explain to be certain. */
const LEAST_TRIALS = 3;
/** If this many kinds fail alike, they have one common fault. */
const MANY_KINDS = 3;
const MOST_FINDINGS = 3;
/** If fewer problems than this failed, problems near the smallest are tried too. */
const FEW = 4;
/** The most elements of a problem that is tried. */
const MOST_ELEMENTS = 20_000;

const closeTo = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 4e-6 * Math.max(Math.abs(a), Math.abs(b));

/** Predicates on the shape of an output, for any kind. */
const SHAPE_PREDICATES: readonly Predicate<OperationProblem>[] = [
  { words: "n > 1", holds: ({ n }) => n > 1 },
  ...[2, 4].map((tile) => ({
    words: `the output's channels are no multiple of ${tile}`,
    holds: (problem: OperationProblem) => outputShapeOf(problem)[1] % tile !== 0,
  })),
  { words: "the output's rows are an odd number", holds: (problem) => outputShapeOf(problem)[2] % 2 === 1 },
  { words: "the output's columns are an odd number", holds: (problem) => outputShapeOf(problem)[3] % 2 === 1 },
];

const HYPOTHESES: readonly Hypothesis<OperationTrial>[] = [
  ...TELLING_ELEMENTS,
  ...OPERATION_CAUSES.map((cause) => computed(cause, closeTo)),
  ...PLAIN_ELEMENTS,
];

export async function operationFindings(all: readonly Observation[], session: Session): Promise<readonly Finding[]> {
  const operations = all.filter(isOperation);
  const inPlace = await inPlaceFinding(operations, session);
  if (inPlace) return [inPlace];
  const known = operations.filter(({ about }) => about === "");
  const plain = [...known, ...(await failingAlone(operations, known, session))];
  const failed = plain.filter((each) => each.failed);
  if (failed.length === 0) return [];
  const used = byProblem(plain);
  const kinds = [...new Set(failed.map(({ problem }) => problem.kind))];
  if (kinds.length >= MANY_KINDS) {
    const [found] = findRules(
      used
        .filter(({ problem }) => kinds.includes(problem.kind))
        .map(({ problem, failed: wrong }) => ({ subject: problem, failed: wrong })),
      SHAPE_PREDICATES,
    );
    if (found) {
      const prefix = `Of ${kinds.join(", ")}`;
      return [
        await finding(
          used.filter((each) => each.failed),
          `${prefix}: ${describeRule(found.rule, "").trim()}`,
          session,
        ),
      ];
    }
  }
  const findings: Finding[] = [];
  for (const kind of kinds.slice(0, MOST_FINDINGS)) {
    const own = used.filter(({ problem }) => problem.kind === kind);
    let left = own.filter((each) => each.failed);
    const made = left.length < FEW ? await tryNeighbours(left[0]!.problem, session) : [];
    const samples: readonly Sample<OperationProblem>[] = [
      ...own.map(({ problem, failed: wrong }) => ({ subject: problem, failed: wrong })),
      ...made.map(({ problem, wrong }) => ({ subject: problem, failed: wrong.length > 0 })),
    ];
    const predicates = operationPredicates(samples.map(({ subject }) => subject));
    const near = made.length > 0 ? `, ${made.length} problems near the smallest counted in` : "";
    for (const { rule } of findRules(samples, predicates).slice(0, 2)) {
      const inside = left.filter(({ problem }) => rule.predicates.every((each) => each.holds(problem)));
      if (inside.length === 0) continue;
      const alike = made.filter(
        ({ problem, wrong }) => wrong.length > 0 && rule.predicates.every((each) => each.holds(problem)),
      );
      findings.push(await finding(inside, `${kind} ${describeRule(rule, "").trim()}${near}`, session, alike));
      left = left.filter((each) => !inside.includes(each));
    }
    if (findings.length === 0)
      findings.push(await finding(left, `${kind} fails in ${left.length} of ${own.length} problems`, session));
  }
  return findings;
}

/** A finding if a run changes its inputs. Tried on the smallest failed problem of each kind. */
async function inPlaceFinding(operations: readonly O[], session: Session): Promise<Finding | undefined> {
  const kinds = new Set<string>();
  const failed = byProblem(operations).filter((each) => each.failed);
  for (const { problem, text } of failed) {
    if (kinds.has(problem.kind)) continue;
    kinds.add(problem.kind);
    const changes = await session.use((backend) => changesInput(backend, problem, session.seed));
    if (changes !== true) continue;
    return {
      rule: `The input of ${problem.kind} after a run differs from what was uploaded: fails in ${failed.length} problems`,
      cause: "a run changes its input: the result is computed in place, in the input's memory",
      evidence: "the input was read back after the run",
      certain: true,
      smallest: text,
    };
  }
  return undefined;
}

async function changesInput(backend: Backend, problem: OperationProblem, seed: number): Promise<boolean> {
  const { inputs, slope } = makeOperationOperands(problem, "integer", seed);
  const shapes = operationInputShapes(problem);
  const plan = await backend.prepareOperation(problem, slope ? { slope } : {});
  const output = backend.allocate(outputShapeOf(problem));
  const tensors = inputs.map((data, index) => backend.upload(tensor(data.slice(), shapes[index]!)));
  try {
    const before = await Promise.all(tensors.map((each) => backend.read(each)));
    plan.run(tensors, output);
    const after = await Promise.all(tensors.map((each) => backend.read(each)));
    return before.some(({ data }, index) => data.some((value, at) => !Object.is(value, after[index]!.data[at])));
  } finally {
    for (const each of [plan, output, ...tensors]) each.dispose();
  }
}

/** For kinds without a failed plain case: the problems of other failed cases that are also wrong alone. */
async function failingAlone(operations: readonly O[], known: readonly O[], session: Session): Promise<readonly O[]> {
  const named = new Set(known.filter(({ failed }) => failed).map(({ problem }) => problem.kind));
  const found: O[] = [];
  for (const each of byProblem(operations.filter(({ failed, about }) => failed && about !== ""))) {
    if (named.has(each.problem.kind)) continue;
    const tried = await session.operation(each.problem);
    if (!tried || "error" in tried || tried.wrong.length === 0) continue;
    named.add(each.problem.kind);
    found.push({ ...each, about: "" });
  }
  return found;
}

/** Tries the problems near a problem, and returns the right ones and the wrong ones. */
async function tryNeighbours(problem: OperationProblem, session: Session): Promise<readonly OperationTrial[]> {
  const trials: OperationTrial[] = [];
  for (const each of neighboursOfOperation(problem).filter((other) => costOf(other) <= MOST_ELEMENTS)) {
    const tried = await session.operation(each);
    if (tried && !("error" in tried)) trials.push(tried);
  }
  return trials;
}

/** @param made other problems that fail alike and were tried already */
async function finding(
  failing: readonly O[],
  rule: string,
  session: Session,
  made: readonly OperationTrial[] = [],
): Promise<Finding> {
  const silent = failing.map(({ result }) => result).filter(({ mismatch }) => !mismatch);
  if (2 * silent.length >= failing.length) {
    return { rule, ...whatIsSaid(silent), smallest: formatOperation(failing[0]!.problem) };
  }
  const trials: OperationTrial[] = made.slice(0, MOST_TRIALS);
  for (const { problem } of failing.slice(0, MOST_TRIALS)) {
    const tried = await session.operation(problem);
    if (tried && !("error" in tried) && tried.wrong.length > 0) trials.push(tried);
  }
  const { explanations } = explain(trials, HYPOTHESES);
  const [best] = explanations;
  const where = trials.length === 0 ? undefined : describePlaces(trials);
  const kinds = [...new Set(failing.map(({ problem }) => problem.kind))].join(", ");
  const words = mostTelling(best?.hypotheses ?? [])
    .slice(0, 2)
    .map((each) => each.words);
  const first = failing[0]!;
  return {
    rule,
    ...(where === undefined ? {} : { where: `only ${where}` }),
    ...(words.length === 0 ? {} : { cause: `${kinds}: ${words.join("; or ")}` }),
    evidence:
      best === undefined
        ? `the first: ${firstLine(first.result)}`
        : `it gives the same values in ${best.trials.length} of ${trials.length} outputs that were looked at`,
    certain:
      words.length === 1 &&
      !isPlain(words[0]!) &&
      best!.trials.length >= LEAST_TRIALS &&
      best!.trials.length === trials.length,
    smallest: formatOperation(first.problem),
  };
}
