/** The command, from its arguments to its exit code. */

import { messageOf } from "../command-error.js";
import { DEFAULT_SEED } from "../random-source.js";
import { reportHtml } from "../report/html.js";
import { reportJson } from "../report/json.js";
import { reportJunit } from "../report/junit.js";
import { rerunCommand } from "../report/rerun-command.js";
import { countStatuses, type ReportDetails } from "../report/summary.js";
import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { type Arguments, readArguments } from "./arguments.js";
import { help } from "./help.js";
import type { SelectedCase } from "./messages.js";
import { complain, endWith, EXIT } from "../terminal/complain.js";
import { createProgress, describeSuite, type Progress, type Step } from "../terminal/progress.js";
import { checkApart, type SavedFile, saveTo } from "../terminal/save.js";
import { packageVersion } from "../terminal/version.js";
import { printReport } from "./print-report.js";
import type { SuiteIo } from "./suite-io.js";
import { superviseDiagnosis } from "./supervise-diagnosis.js";
import { supervise } from "./supervise.js";

const PROGRAM = "convene-conformance";

/** Runs one command line, without the program's name, and gives its exit code. */
export async function main(argv: readonly string[], io: SuiteIo): Promise<number> {
  try {
    const given = readArguments(argv);
    if (given.help) return say(io, help(io.columns));
    if (given.version) return say(io, `${packageVersion(import.meta.url)}\n`);
    if (given.list) return await list(io, given);
    return await run(io, given, given.module!);
  } catch (error) {
    return endWith(error, PROGRAM, io);
  }
}

async function list(io: SuiteIo, { run: options }: Arguments): Promise<number> {
  // The cases are loaded here, because a run starts sooner without them: its process loads them.
  const { selectCases } = await import("../select-cases.js");
  const cases = await selectCases(options);
  return say(io, cases.map(({ suite, name }) => `${suite}\t${name}\n`).join(""));
}

async function run(io: SuiteIo, given: Arguments, module: string): Promise<number> {
  const { exportName, factoryOptions, run: options, files } = given;
  checkApart({ "--json": files.json, "--junit": files.junit, "--html": files.html }, io.cwd);
  const saved = Object.entries(files).map(
    ([kind, path]) => [kind as keyof typeof files, saveTo(path, io.cwd)] as const,
  );
  let progress: Progress | undefined;
  let stepOf: (result: CaseResult) => Step = () => ({});
  const task = { module, exportName, factoryOptions, cwd: io.cwd, run: options };
  const outcome = await supervise(io, {
    task,
    onSelected: (cases) => {
      progress = createProgress(io, cases.length);
      stepOf = stepsOf(cases);
    },
    onBegin: ({ suite, name }) => progress?.begin(`${suite} ${name}`),
    onResult: (result) => progress?.advance(stepOf(result)),
    // Node itself may print a warning before there is a bar.
    onOutput: (text) => void (progress ? progress.print(text) : io.stderr.write(text)),
  }).finally(() => progress?.stop());

  const { backend, results, planned, stopped } = outcome;
  const diagnosis = backend && (await superviseDiagnosis(io, task, results));
  // No backend was made, so the reason is the whole report.
  if (!backend && stopped !== undefined && !io.signal.aborted) {
    complain(io, PROGRAM, stopped.includes(module) ? stopped : `${module} made no backend: ${stopped}`);
  }
  const report: ConformanceReport = {
    backend: backend?.name ?? module,
    device: backend?.device ?? "no backend was made",
    accuracy: options.accuracy ?? "fast",
    seed: options.seed ?? DEFAULT_SEED,
    counts: countStatuses(results),
    worstRatio: results.reduce((worst, { ratio = 0 }) => Math.max(worst, ratio), 0),
    ...(diagnosis ? { diagnosis } : {}),
    results,
  };
  const details: ReportDetails = {
    rerun: (result: CaseResult) =>
      rerunCommand({ module, ...defined({ exportName, factoryOptions }), ...options }, result),
    planned,
    ...defined({ stopped }),
  };
  const isSaved = await saveReports(io, saved, report, details);
  printReport(io, report, details);
  if (io.signal.aborted) return EXIT.interrupted;
  return isSaved && stopped === undefined && report.counts.failed === 0 ? EXIT.ok : EXIT.failed;
}

const FORMS = { json: reportJson, junit: reportJunit, html: reportHtml } as const;

/** Whether all reports were written. If one report cannot be written, the others still are. */
async function saveReports(
  io: SuiteIo,
  files: readonly (readonly [keyof typeof FORMS, SavedFile])[],
  report: ConformanceReport,
  details: ReportDetails,
): Promise<boolean> {
  let saved = true;
  for (const [kind, file] of files) {
    try {
      await file.finish(() => FORMS[kind](report, details));
    } catch (error) {
      saved = false;
      file.discard();
      complain(io, PROGRAM, `--${kind} was not written: ${messageOf(error)}`);
    }
  }
  return saved;
}

/** The step of each case that ends. The last case of a suite also gives the suite's line, for a pipe. */
function stepsOf(cases: readonly SelectedCase[]): (result: CaseResult) => Step {
  let [done, failures] = [0, 0];
  return ({ suite, status }) => {
    done++;
    const failed = status === "failed";
    if (failed) failures++;
    if (cases[done]?.suite === suite) return { failed };
    const line = describeSuite(suite, cases.filter((each) => each.suite === suite).length, failures);
    failures = 0;
    return { failed, line };
  };
}

/** The object without the keys whose value is `undefined`. `exactOptionalPropertyTypes` does not allow these keys. */
function defined<T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined<T>
  >;
}

function say(io: SuiteIo, text: string): number {
  io.stdout.write(text);
  return EXIT.ok;
}
