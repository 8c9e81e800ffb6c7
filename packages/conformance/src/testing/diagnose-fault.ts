/** Measures the diagnosis of a faulty backend, after the part of the quick suite that catches the fault. */

import { type Backend, isOperationProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { diagnose } from "../diagnosis/diagnose.js";
import { describeFinding } from "../diagnosis/diagnosis.js";
import type { Fault } from "../faulty-backends/faulty-backend.js";
import { FAULTS } from "../faulty-backends/index.js";
import { costOf } from "../diagnosis/observations.js";
import { DEFAULT_SEED } from "../random-source.js";
import { runCase, settle } from "../run-case.js";
import type { CaseResult } from "../run-conformance.js";
import { selectCases } from "../select-cases.js";
import type { SuiteName } from "../suite-names.js";
import { ACCEPTED_WORDINGS } from "./accepted-wordings.js";
import { twoFaults } from "./two-faults.js";

const LIMIT = 20_000;
/** The most products of a problem. The reference takes a second for larger problems, and smaller problems show the same faults. */
const MOST_PRODUCTS = 400_000;

export function measuredFaults(names: RegExp): readonly Fault[] {
  return FAULTS.filter(({ name }) => names.test(name));
}

export interface FaultDiagnosis extends BackendDiagnosis {
  readonly name: string;
}

/** The part of a finding's text that is judged: the rule, the place and the cause. A problem's string or a message has many words by chance. */
export function judgedText(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^(evidence|smallest) /.test(line))
    .join(" ");
}

/** Whether the first finding names the fault by its accepted wording, and whether it names another cause as certain. */
export function judge({ name, texts, certain }: Pick<FaultDiagnosis, "name" | "texts" | "certain">): {
  readonly accepted: boolean;
  readonly unrelated: boolean;
} {
  const accepted = ACCEPTED_WORDINGS[name]!.test(judgedText(texts[0] ?? "nothing"));
  return { accepted, unrelated: !accepted && certain };
}

/** The suites in which a backend author's quick run would show the fault: the suites of the fault's table that say most. */
function suitesOf({ caughtBy }: Fault): readonly SuiteName[] {
  const values = (["exact", "bounded"] as const).filter((suite) => caughtBy.includes(suite));
  if (caughtBy.includes("known-faults")) return ["exact", "known-faults"];
  if (caughtBy.includes("operations")) return ["operations"];
  if (caughtBy.includes("exact")) return ["exact"];
  return values.length > 0 ? ["exact", "bounded"] : ["lifecycle", "errors", "manifest", "non-finite"];
}

export async function runCases(
  make: () => Promise<Backend>,
  cases: readonly ConformanceCase[],
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  let backend = await make();
  let suite = "";
  for (const each of cases) {
    if (each.suite !== suite) {
      await settle(backend, LIMIT);
      backend = await make();
      suite = each.suite;
    }
    const context = { backend, accuracy: "fast", seed: DEFAULT_SEED, another: make } as const;
    const { outcome, broken } = await runCase(each, context, LIMIT, false);
    results.push({ suite: each.suite, name: each.name, ...outcome, milliseconds: 0 });
    if (broken) backend = await make();
  }
  await settle(backend, LIMIT);
  return results;
}

export async function quickCases(suites: readonly SuiteName[]): Promise<readonly ConformanceCase[]> {
  const cases = await selectCases({ selection: "quick", randomProblems: 0, suites });
  return cases.filter(({ problems = [] }) => problems.every((problem) => costOf(problem) <= MOST_PRODUCTS));
}

/** Milliseconds for a diagnosis. This is more than it needs, so that a busy machine gives the same words. */
const TIME = 120_000;

export interface BackendDiagnosis {
  /** The texts of all findings, in order. */
  readonly texts: readonly string[];
  /** Whether the first finding's cause is certain. */
  readonly certain: boolean;
  /** Seconds of processor time for the diagnosis alone. */
  readonly seconds: number;
  /** The number of failed cases. */
  readonly failed: number;
  readonly cases: number;
}

/** The diagnosis of a backend after the small cases of these suites. */
export async function diagnoseBackend(
  factory: () => Promise<Backend>,
  suites: readonly SuiteName[],
  isAbout: (each: ConformanceCase) => boolean = () => true,
): Promise<BackendDiagnosis> {
  const cases = (await quickCases(suites)).filter(isAbout);
  const results = await runCases(factory, cases);
  const start = process.cpuUsage();
  const { findings } = await diagnose({ cases, results, factory, accuracy: "fast", seed: DEFAULT_SEED, time: TIME });
  return {
    texts: findings.map((finding) => describeFinding(finding).join("\n")),
    certain: findings[0]?.certain === true,
    seconds: process.cpuUsage(start).user / 1e6,
    failed: results.filter(({ status }) => status === "failed").length,
    cases: cases.length,
  };
}

export async function diagnoseFault(fault: Fault): Promise<FaultDiagnosis> {
  const { name, kinds, backend } = fault;
  const isAbout = ({ problems = [] }: ConformanceCase): boolean =>
    kinds === undefined || problems.some((each) => isOperationProblem(each) && kinds.includes(each.kind));
  return { name, ...(await diagnoseBackend(backend, suitesOf(fault), isAbout)) };
}

/** All findings of the diagnosis of a backend with two faults. */
export async function diagnosePair(standard: string, grouped: string): Promise<readonly string[]> {
  const { texts } = await diagnoseBackend(() => twoFaults(standard, grouped), ["exact"]);
  return texts;
}

/** The faults that the findings name. Each fault needs a finding of its own. */
export function nameFaults(faults: readonly string[], texts: readonly string[]): readonly string[] {
  const [name, ...others] = faults;
  if (name === undefined) return [];
  const choices = [...texts.entries()]
    .filter(([, text]) => ACCEPTED_WORDINGS[name]!.test(judgedText(text)))
    .map(([at]) => [name, ...nameFaults(others, texts.toSpliced(at, 1))]);
  return [...choices, nameFaults(others, texts)].reduce((most, each) => (each.length > most.length ? each : most));
}
