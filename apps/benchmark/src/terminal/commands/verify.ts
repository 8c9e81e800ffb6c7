/** `convene verify`: checks whether the backends are right, and whether they agree. */

import { conformanceCases, InputError, SUITE_NAMES, type SuiteName } from "@convene/conformance";
import type { BackendTable } from "../../engine/backends.js";
import type { OpenBackends } from "../../engine/open-backends.js";
import { openBackends } from "../open-backends.js";
import {
  DEFAULT_SEED,
  printLine,
  printProse,
  printSuites,
  readSuites,
  saveTo,
  toJson,
  type ToldCase,
} from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { printBackends, printTitle } from "../report/header.js";
import { conclude, describeConclusion } from "../verify/conclusion.js";
import { createPatience } from "../../engine/verify/patience.js";
import { hasFile } from "../../engine/verify/check-outputs.js";
import { findOnnxRuntime } from "../verify/find-onnx-runtime.js";
import { runPlan, type VerifyPlan } from "../verify/run-plan.js";
import { createTallies, type TallyResult } from "../../engine/verify/tally.js";
import { environment, type Environment } from "../version.js";
import { isTarget, type Workload } from "../../engine/workloads/index.js";
import { resolveTargets } from "../workloads/resolve-targets.js";

/** The number of random problems on which backends are compared with each other, if the user names no problems. */
const DEFAULT_PAIRED = 48;

/** The note if the outputs of a file were not compared, because ONNX Runtime is not installed. */
const WITHOUT_RUNTIME =
  "the network's outputs were not compared with ONNX Runtime's, which is not installed here: npm install onnxruntime-node";

export interface VerifyOptions {
  readonly backend?: readonly string[];
  readonly suite?: readonly string[];
  readonly case?: string;
  readonly seed?: number;
  readonly random?: number;
  readonly json?: string;
  /** Sizes for the open sizes of an ONNX file. */
  readonly shape?: readonly string[];
  readonly until?: readonly string[];
}

export interface VerifyReport {
  readonly command: "verify";
  readonly environment: Environment;
  readonly backends: readonly { readonly name: string; readonly device: string }[];
  readonly unavailable: OpenBackends["unavailable"];
  readonly seed: number;
  /** Whether Ctrl-C came before the end. */
  readonly interrupted: boolean;
  readonly cases: number;
  readonly failed: number;
  /** Whether nothing failed, and every backend has a trusted result. */
  readonly agreed: boolean;
  /** Backends that were given up, because they left cases without an answer. */
  readonly givenUp: readonly string[];
  readonly results: readonly TallyResult[];
}

export async function verify(
  targets: readonly string[],
  options: VerifyOptions,
  io: Io,
  table: BackendTable,
): Promise<number> {
  const plan = planOf(targets, options);
  await checkCase(plan);
  const json = saveTo(options.json, io.cwd);
  try {
    const backends = await openBackends(table, options.backend, io, () => printTitle(io, "verify"));
    try {
      printBackends(io, backends);
      if (backends.open.length === 0) return 1;
      const report = await runVerify(plan, backends, io, (unfinished) => json.update(() => toJson(unfinished)));
      await json.finish(() => toJson(report));
      printVerify(report, io);
      if (plan.workloads.some(({ chain }) => hasFile(chain)) && !plan.runtime)
        printProse(io, io.colors.dim(WITHOUT_RUNTIME), 2);
      io.signal.throwIfAborted();
      return backends.incomplete || !report.agreed ? 1 : 0;
    } finally {
      await backends.dispose();
    }
  } finally {
    json.discard();
  }
}

/** The plan with every suite, the workloads' layers, and random problems on which the backends are compared. */
export function wholePlan(
  workloads: readonly Workload[],
  { seed = DEFAULT_SEED, random }: VerifyOptions = {},
): VerifyPlan {
  return { suites: SUITE_NAMES, workloads, paired: random ?? DEFAULT_PAIRED, random, seed };
}

/** The plan of a command line. Named suites, workloads or problems run alone, so that a failure can be examined alone. */
function planOf(targets: readonly string[], options: VerifyOptions): VerifyPlan {
  const { suite, random, seed = DEFAULT_SEED, case: only } = options;
  const workloads = resolveTargets(targets, options);
  if (only !== undefined && targets.length > 0 && suite === undefined)
    throw new InputError("--case chooses among the cases of suites: name suites, or no workloads");
  if (only === undefined && targets.length === 0 && suite === undefined) return wholePlan(workloads, options);
  const suites = suite ?? (only === undefined ? [] : SUITE_NAMES);
  const runtime = workloads.some(({ chain }) => hasFile(chain)) ? findOnnxRuntime() : undefined;
  return {
    suites: checkSuites(suites),
    only,
    workloads,
    paired: only === undefined ? (random ?? 0) : 0,
    random,
    seed,
    runtime,
  };
}

function checkSuites(names: readonly string[]): readonly SuiteName[] {
  const target = names.find(isTarget);
  if (target !== undefined) throw new InputError(`"${target}" is no suite: put workloads and problems before --suite`);
  return readSuites(names);
}

/** @throws InputError if `--case` leaves nothing to run */
async function checkCase({ suites, only, seed, random }: VerifyPlan): Promise<void> {
  if (only === undefined) return;
  const cases = await conformanceCases(suites, { seed, ...(random === undefined ? {} : { randomProblems: random }) });
  if (!cases.some(({ name }) => name.includes(only)))
    throw new InputError(`no case of ${suites.join(", ")} has "${only}" in its name`);
}

/** Checks. After Ctrl-C it returns its results so far, and the caller throws. */
export async function runVerify(
  plan: VerifyPlan,
  backends: OpenBackends,
  io: Io,
  save: (unfinished: VerifyReport) => void,
): Promise<VerifyReport> {
  const tallies = createTallies();
  const patience = createPatience();
  const names = backends.open.map(({ name }) => name);
  const context = {
    command: "verify",
    environment: environment(),
    backends: backends.open.map(({ name, backend }) => ({ name, device: backend.device })),
    unavailable: backends.unavailable,
    seed: plan.seed,
  } as const;
  const report = (interrupted: boolean): VerifyReport => {
    const results = tallies.results();
    const { cases, failed, agreed } = conclude(results, names);
    return { ...context, interrupted, cases, failed, agreed, givenUp: names.filter(patience.lost), results };
  };
  try {
    await runPlan(plan, backends.open, tallies, patience, io, () => save(report(true)));
  } catch (error) {
    if (!io.signal.aborted) throw error;
  }
  return report(io.signal.aborted);
}

/** @param ended the reason of an early end. Default: Ctrl-C, if there was one */
export function printVerify(
  { results, backends, interrupted, givenUp }: VerifyReport,
  io: Io,
  ended = interrupted ? "interrupted" : undefined,
): void {
  const { colors } = io;
  printLine(io);
  printSuites(io, {
    columns: [{ title: "check" }, { title: "backend" }],
    rows: results.map((result) => ({ ...result, cells: [result.check, result.backend] })),
    findings: results.flatMap(({ findings = [], ...result }) =>
      findings.map((finding) => ({ of: labelOf(result), finding })),
    ),
    cases: results.flatMap(toldCases),
    elsewhere: "--json <file> writes them in full",
  });
  for (const name of givenUp) printProse(io, colors.red(`given up: ${name} leaves cases without an answer`), 2);
  const names = backends.map(({ name }) => name);
  printProse(io, describeConclusion(results, names, ended, colors), 2);
}

function labelOf({ check, backend }: Pick<TallyResult, "check" | "backend">): string {
  return `${check}, ${backend}`;
}

/** The cases that have not passed, in the form that the printer of suites takes. */
function toldCases({ failures, skipped, untrusted, ...result }: TallyResult): readonly ToldCase[] {
  const of = labelOf(result);
  const doubts = { skipped, untrusted };
  return [
    ...failures.map(({ case: name, ...failure }) => ({ ...failure, of, name, status: "failed" }) as const),
    ...(["skipped", "untrusted"] as const).flatMap((status) =>
      doubts[status].map(({ case: name, reason }) => ({ of, name, status, message: reason })),
    ),
  ];
}
