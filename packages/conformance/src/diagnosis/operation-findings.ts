/** Findings about operations beside convolution, kind by kind, and over the kinds where several fail alike. */

import { formatOperation, type OperationProblem } from "@convene/core";
import { outputShapeOf } from "../problem.js";
import type { Predicate } from "./conv2d-features.js";
import type { Finding } from "./diagnosis.js";
import { describePlaces, PLAIN_ELEMENTS, TELLING_ELEMENTS } from "./element-causes.js";
import { computed, explain, type Hypothesis } from "./explain.js";
import { byProblem, isOperation, type Observation } from "./observations.js";
import { OPERATION_CAUSES } from "./operation-causes.js";
import { operationPredicates } from "./operation-features.js";
import { describeRule, findRules } from "./rules.js";
import type { Session } from "./session.js";
import type { OperationTrial } from "./trial.js";

type O = Observation<OperationProblem>;

const MOST_TRIALS = 12;
/** As many kinds as fail alike have one fault in common. */
const MANY_KINDS = 3;
const MOST_FINDINGS = 3;

const closeTo = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 4e-6 * Math.max(Math.abs(a), Math.abs(b));

/** Of any kind: what an output's shape says. */
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
  const plain = all.filter(isOperation).filter(({ about }) => about === "");
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
    const predicates = operationPredicates(own.map(({ problem }) => problem));
    const samples = own.map(({ problem, failed: wrong }) => ({ subject: problem, failed: wrong }));
    let left = own.filter((each) => each.failed);
    for (const { rule } of findRules(samples, predicates).slice(0, 2)) {
      const inside = left.filter(({ problem }) => rule.predicates.every((each) => each.holds(problem)));
      if (inside.length === 0) continue;
      findings.push(await finding(inside, `${kind} ${describeRule(rule, "").trim()}`, session));
      left = left.filter((each) => !inside.includes(each));
    }
    if (findings.length === 0)
      findings.push(await finding(left, `${kind} fails in ${left.length} of ${own.length} problems`, session));
  }
  return findings;
}

async function finding(failing: readonly O[], rule: string, session: Session): Promise<Finding> {
  const trials: OperationTrial[] = [];
  for (const { problem } of failing.slice(0, MOST_TRIALS)) {
    const tried = await session.operation(problem);
    if (tried && !("error" in tried) && tried.wrong.length > 0) trials.push(tried);
  }
  const { explanations } = explain(trials, HYPOTHESES);
  const [best] = explanations;
  const where = trials.length === 0 ? undefined : describePlaces(trials);
  const kinds = [...new Set(failing.map(({ problem }) => problem.kind))].join(", ");
  const words = best?.hypotheses.slice(0, 2).map((each) => each.words) ?? [];
  const first = failing[0]!;
  return {
    rule,
    ...(where === undefined ? {} : { where: `only ${where}` }),
    ...(words.length === 0 ? {} : { cause: `${kinds}: ${words.join("; or ")}` }),
    evidence:
      best === undefined
        ? `the first: ${first.result.message?.split("\n")[0]}`
        : `it gives the same values in ${best.trials.length} of ${trials.length} outputs that were looked at`,
    certain:
      words.length === 1 && best!.trials.length >= Math.min(3, failing.length) && best!.trials.length === trials.length,
    smallest: formatOperation(first.problem),
  };
}
