/**
 * The smallest rule that separates failures from passes: one predicate, or two together. Several faults give several rules. A
 * greedy search finds them: first the rule that explains most failures, then the rule that explains most of the others.
 */

import type { Predicate } from "./conv2d-features.js";

/** One case: its subject, and whether it failed. */
export interface Sample<Subject> {
  readonly subject: Subject;
  readonly failed: boolean;
}

export interface Rule<Subject> {
  /** All of these must hold. An empty list means that everything fails. */
  readonly predicates: readonly Predicate<Subject>[];
  /** Failures among the samples for which the rule holds. */
  readonly failed: number;
  readonly passed: number;
  /** Failures among the other samples, by this fault or by another. */
  readonly elsewhereFailed: number;
  readonly elsewherePassed: number;
}

/** The smallest part of a rule's samples that must fail. A smaller part is a coincidence. */
const LEAST_PRECISION = 0.75;
/** The score that a second predicate must add to a rule. */
const LEAST_GAIN = 1;
/** The most rules that are returned. */
const MOST_RULES = 3;
/** A pass for which a rule holds costs as much as this many failures that the rule misses. */
const COST_OF_PASS = 2;

export function holds<Subject>({ predicates }: Pick<Rule<Subject>, "predicates">, subject: Subject): boolean {
  return predicates.every((each) => each.holds(subject));
}

/** Rules for the failures among `samples`. The rule with most failures is first. Each rule has its rivals, which are equally good. */
export function findRules<Subject>(
  samples: readonly Sample<Subject>[],
  predicates: readonly Predicate<Subject>[],
): readonly { readonly rule: Rule<Subject>; readonly rivals: readonly Rule<Subject>[] }[] {
  const found: { rule: Rule<Subject>; rivals: readonly Rule<Subject>[] }[] = [];
  let left = samples;
  while (found.length < MOST_RULES && left.some(({ failed }) => failed)) {
    const best = bestRules(left, predicates);
    const rule = best[0] && withThird(best[0], left, predicates);
    if (!rule) break;
    found.push({ rule: counted(rule, samples), rivals: best.slice(1).map((each) => counted(each, samples)) });
    left = left.filter(({ subject, failed }) => !failed || !holds({ predicates: rule }, subject));
  }
  return found;
}

type Conjunction<Subject> = readonly Predicate<Subject>[];

/** The best conjunctions over `samples`. All of them are equally good, and the plainest is first. */
function bestRules<Subject>(
  samples: readonly Sample<Subject>[],
  predicates: readonly Predicate<Subject>[],
): readonly Conjunction<Subject>[] {
  const fails = samples.filter(({ failed }) => failed);
  const passes = samples.filter(({ failed }) => !failed);
  if (passes.length === 0) return [[]];
  // If predicates agree on every sample, only the first is kept.
  const seen = new Set<string>();
  const vectors = predicates.flatMap((predicate) => {
    const failing = fails.map(({ subject }) => predicate.holds(subject));
    const passing = passes.map(({ subject }) => predicate.holds(subject));
    const key = [...failing, ...passing].map(Number).join("");
    const covers = count(failing);
    if (covers === 0 || seen.has(key) || (covers === fails.length && count(passing) === passes.length)) return [];
    seen.add(key);
    return [{ predicate, failing, passing }];
  });
  let bestScore = -Infinity;
  let best: Conjunction<Subject>[] = [];
  const consider = (conjunction: Conjunction<Subject>, failed: number, passed: number): void => {
    if (failed === 0 || failed / (failed + passed) < LEAST_PRECISION) return;
    const score = failed - COST_OF_PASS * passed - LEAST_GAIN * (conjunction.length - 1);
    if (score > bestScore) best = [];
    if (score >= bestScore) best.push(conjunction);
    bestScore = Math.max(bestScore, score);
  };
  consider([], fails.length, passes.length);
  for (const { predicate, failing, passing } of vectors) consider([predicate], count(failing), count(passing));
  const single = bestScore;
  for (const [at, one] of vectors.entries()) {
    // A second predicate can only make the rule cover fewer samples.
    if (count(one.failing) - LEAST_GAIN < Math.max(single, bestScore)) continue;
    for (const other of vectors.slice(at + 1)) {
      const failed = countBoth(one.failing, other.failing);
      if (failed - LEAST_GAIN < bestScore) continue;
      consider([one.predicate, other.predicate], failed, countBoth(one.passing, other.passing));
    }
  }
  return best;
}

/** The fewest passes that a third predicate must remove. Fewer may be accidents. */
const LEAST_PARTED = 2;

/** Adds a third predicate if it removes passes from the rule and no failure. */
function withThird<Subject>(
  rule: Conjunction<Subject>,
  samples: readonly Sample<Subject>[],
  predicates: readonly Predicate<Subject>[],
): Conjunction<Subject> {
  if (rule.length !== 2) return rule;
  const inside = samples.filter(({ subject }) => holds({ predicates: rule }, subject));
  const passed = inside.filter(({ failed }) => !failed);
  let third: Predicate<Subject> | undefined;
  let most = LEAST_PARTED - 1;
  for (const predicate of predicates) {
    if (inside.some(({ subject, failed }) => failed && !predicate.holds(subject))) continue;
    const parted = count(passed.map(({ subject }) => !predicate.holds(subject)));
    if (parted > most) [third, most] = [predicate, parted];
  }
  return third ? [...rule, third] : rule;
}

function counted<Subject>(predicates: Conjunction<Subject>, samples: readonly Sample<Subject>[]): Rule<Subject> {
  const inside = samples.filter(({ subject }) => holds({ predicates }, subject));
  const failed = inside.filter((each) => each.failed).length;
  const allFailed = samples.filter((each) => each.failed).length;
  return {
    predicates,
    failed,
    passed: inside.length - failed,
    elsewhereFailed: allFailed - failed,
    elsewherePassed: samples.length - inside.length - (allFailed - failed),
  };
}

function count(flags: readonly boolean[]): number {
  let sum = 0;
  for (const flag of flags) if (flag) sum++;
  return sum;
}

function countBoth(a: readonly boolean[], b: readonly boolean[]): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) if (a[at] && b[at]) sum++;
  return sum;
}

/**
 * `fails wherever dh > 1 (97 of 97), passes elsewhere (1,327 of 1,327)`.
 *
 * @param hidden the number of subjects that the counts leave out: the rule holds for them, but their results are right by accident
 */
export function describeRule<Subject>(rule: Rule<Subject>, noun: string, hidden = 0): string {
  const { predicates, failed, passed, elsewhereFailed, elsewherePassed } = rule;
  const inside = failed + passed;
  const outside = elsewhereFailed + elsewherePassed;
  if (predicates.length === 0) {
    const how = passed === 0 ? "fails everywhere" : "fails mostly everywhere";
    return `${noun} ${how} (${failed} of ${inside})`;
  }
  const where = predicates.map(({ words }) => words).join(" and ");
  const what = passed === 0 ? "fails wherever" : "mostly fails where";
  const rest = elsewhereFailed === 0 ? "passes elsewhere" : "mostly passes elsewhere";
  const besides =
    hidden === 0 ? "" : `; ${hidden} more ${hidden === 1 ? "comes" : "come"} to the same result either way`;
  return `${noun} ${what} ${where} (${failed} of ${inside}${besides}), ${rest} (${elsewherePassed} of ${outside})`;
}
