/** `convene verify`: whether the backends are right, and whether they agree. */

import { randomProblem, randomSource, SUITE_NAMES, type SuiteName } from "@convene/conformance";
import { type BackendTable, openBackends, type OpenBackends } from "../backends.js";
import { InputError, suggestion } from "../input-error.js";
import { type Io, printLine } from "../io.js";
import { enumerate, formatCount, plural } from "../report/format.js";
import { printBackends } from "../report/header.js";
import { breathe, createProgress, type Progress } from "../report/progress.js";
import { type SavedFile, saveTo, toJson } from "../report/save.js";
import { checkProblems } from "../verify/check-problems.js";
import { runSuite } from "../verify/run-suite.js";
import type { TallyResult } from "../verify/tally.js";
import { describeDoubts, describeFailures, verifyTable } from "../verify/verify-table.js";
import { describeEnvironment, environment, type Environment } from "../version.js";
import { distinctLayers, resolveTargets, type Workload } from "../workloads/index.js";

const DEFAULT_SEED = 1;
/** Problems on which backends are compared with each other, where none are named. */
const DEFAULT_PAIRED = 48;

export interface VerifyOptions {
  readonly backend?: readonly string[];
  readonly suite?: readonly string[];
  readonly seed?: number;
  readonly random?: number;
  readonly json?: string;
}

export interface VerifyReport {
  readonly command: "verify";
  readonly environment: Environment;
  readonly backends: readonly { readonly name: string; readonly device: string }[];
  readonly unavailable: OpenBackends["unavailable"];
  readonly seed: number;
  /** Ctrl-C came before the end. */
  readonly interrupted: boolean;
  readonly cases: number;
  readonly failed: number;
  readonly results: readonly TallyResult[];
}

/** What to run: everything that `verify` with no names does, or what was named. */
export interface VerifyPlan {
  readonly suites: readonly SuiteName[];
  readonly workloads: readonly Workload[];
  /** How many random problems to compare backends on. */
  readonly paired: number;
}

export async function verify(
  targets: readonly string[],
  options: VerifyOptions,
  io: Io,
  table: BackendTable,
): Promise<number> {
  const plan = planOf(targets, options);
  const backends = await openBackends(table, options.backend);
  try {
    printLine(io, `${io.colors.bold("verify")}  ${describeEnvironment(environment())}`);
    printBackends(io, backends);
    if (backends.open.length === 0) return 1;
    const report = await runVerify(plan, backends, options, io);
    io.signal.throwIfAborted();
    return backends.incomplete || report.failed > 0 ? 1 : 0;
  } finally {
    await backends.dispose();
  }
}

/** Every suite, the workloads' layers, and random problems on which the backends are compared. */
export function wholePlan(workloads: readonly Workload[], paired = DEFAULT_PAIRED): VerifyPlan {
  return { suites: SUITE_NAMES, workloads, paired };
}

/** What is named runs alone, so that a failure can be looked at by itself. */
function planOf(targets: readonly string[], { suite, random }: VerifyOptions): VerifyPlan {
  const workloads = resolveTargets(targets);
  if (targets.length === 0 && suite === undefined) return wholePlan(workloads, random);
  return { suites: checkSuites(suite ?? []), workloads, paired: random ?? 0 };
}

function checkSuites(names: readonly string[]): readonly SuiteName[] {
  const known: readonly string[] = SUITE_NAMES;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined)
    throw new InputError(`unknown suite "${wrong}"${suggestion(wrong, known)} (${known.join(", ")})`);
  return names as readonly SuiteName[];
}

/** Checks, prints and saves. After Ctrl-C it does so with what it has, and leaves it to the caller to throw. */
export async function runVerify(
  plan: VerifyPlan,
  backends: OpenBackends,
  options: Omit<VerifyOptions, "backend" | "suite">,
  io: Io,
): Promise<VerifyReport> {
  const { seed = DEFAULT_SEED } = options;
  const { dim, green, red, yellow } = io.colors;
  const json = saveTo(options.json);
  const results: TallyResult[] = [];
  const context = {
    command: "verify",
    environment: environment(),
    backends: backends.open.map(({ name, backend }) => ({ name, device: backend.device })),
    unavailable: backends.unavailable,
    seed,
  } as const;
  const report = (interrupted: boolean): VerifyReport => ({
    ...context,
    interrupted,
    cases: sum(results, ({ counts }) => counts.passed + counts.failed + counts.untrusted + counts.skipped),
    failed: sum(results, ({ counts }) => counts.failed),
    results,
  });

  try {
    await runPlan(plan, backends, options, seed, io, (more) => {
      results.push(...more);
      json.update(toJson(report(true)));
    });
  } catch (error) {
    if (!io.signal.aborted) throw error;
  }
  const final = finish(json, report(io.signal.aborted));

  printLine(io);
  for (const line of verifyTable(results, io.colors)) printLine(io, line);
  printLine(io);
  for (const line of describeFailures(results, io.colors)) printLine(io, line);
  for (const line of describeDoubts(results)) printLine(io, yellow(line));
  const names = enumerate(context.backends.map(({ name }) => name));
  const cases = plural(final.cases, "case");
  if (final.failed > 0) printLine(io, red(`${formatCount(final.failed)} of ${cases} failed`));
  else if (final.interrupted) printLine(io, `${cases} passed, then interrupted`);
  else if (backends.open.length > 1)
    printLine(io, `${green("agreed")}: ${names} on ${cases}, with the float64 reference and with each other`);
  else
    printLine(
      io,
      `${green("agreed")}: ${names} on ${cases}, with the float64 reference ${dim("(one backend: none to compare it with)")}`,
    );
  return final;
}

function finish(json: SavedFile, report: VerifyReport): VerifyReport {
  json.update(toJson(report));
  json.finish();
  return report;
}

async function runPlan(
  plan: VerifyPlan,
  { open }: OpenBackends,
  options: Pick<VerifyOptions, "random">,
  seed: number,
  io: Io,
  add: (results: readonly TallyResult[]) => void,
): Promise<void> {
  const pause = (): Promise<void> => breathe(io);
  const asked = new Map(open.map((backend) => [backend.name, backend.asked]));
  const again = (what: string, names: readonly string[]): string =>
    `pnpm convene verify ${what} --backend ${names.map((name) => asked.get(name)).join(" ")} --seed ${seed}`;

  for (const backend of open) {
    for (const suite of plan.suites) {
      await pause();
      let progress: Progress | undefined;
      try {
        const result = await runSuite(suite, backend, {
          seed,
          randomProblems: options.random,
          signal: io.signal,
          onCase: (done, total) => {
            progress ??= begin(io, total, `${suite}, ${backend.name}`);
            progress.advance(done === total ? `${suite}, ${backend.name}` : undefined);
          },
          rerun: (_, name) =>
            again(suite === "exact" || suite === "bounded" ? name : `--suite ${suite}`, [backend.name]),
        });
        add([result]);
      } finally {
        progress?.stop();
      }
    }
  }

  const random = randomSource(seed);
  const paired = open.length > 1 ? Array.from({ length: plan.paired }, () => randomProblem(random)) : [];
  const lists = [
    ...plan.workloads.map(({ name, layers }) => ({
      label: name,
      problems: distinctLayers(layers).map(({ problem }) => problem),
      againstReference: true,
    })),
    { label: "random", problems: paired, againstReference: false },
  ];
  for (const { label, problems, againstReference } of lists) {
    const progress = begin(io, problems.length, label);
    try {
      add(
        await checkProblems(problems, open, {
          seed,
          label,
          againstReference,
          pause,
          onProblem: (text) => {
            progress.begin(text);
            progress.advance(againstReference ? text : undefined);
          },
          rerun: again,
        }),
      );
    } finally {
      progress.stop();
    }
  }
}

function begin(io: Io, total: number, label: string): Progress {
  const progress = createProgress(io, total);
  progress.begin(label);
  return progress;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
