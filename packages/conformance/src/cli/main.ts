/** The command: what was typed, to an exit code. */

import { readFileSync } from "node:fs";
import { ConveneError } from "@convene/core";
import { DEFAULT_SEED } from "../random-source.js";
import { reportHtml } from "../report/html.js";
import { reportJson } from "../report/json.js";
import { reportJunit } from "../report/junit.js";
import { rerunCommand } from "../report/rerun-command.js";
import { countStatuses, type ReportDetails } from "../report/summary.js";
import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { selectCases } from "../select-cases.js";
import { type Arguments, readArguments } from "./arguments.js";
import { HELP } from "./help.js";
import { InputError } from "../input-error.js";
import type { Io } from "./io.js";
import { outputFile, type WriteFile } from "./output-files.js";
import { printReport } from "./print-report.js";
import { createProgress } from "./progress.js";
import { superviseDiagnosis } from "./supervise-diagnosis.js";
import { supervise } from "./supervise.js";

/** What the command can exit with. */
const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Runs one command line, without the program's name, and gives its exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const given = readArguments(argv);
    if (given.help) return say(io, HELP);
    if (given.version) return say(io, `${version()}\n`);
    if (given.list) return await list(io, given);
    return await run(io, given, given.module!);
  } catch (error) {
    const usage = error instanceof InputError;
    io.stderr.write(
      `convene-conformance: ${usage || error instanceof ConveneError ? error.message : String((error as Error)?.stack ?? error)}\n`,
    );
    return usage ? EXIT.usage : EXIT.failed;
  }
}

async function list(io: Io, { run: options }: Arguments): Promise<number> {
  const cases = await selectCases(options);
  return say(io, cases.map(({ suite, name }) => `${suite}\t${name}\n`).join(""));
}

async function run(io: Io, given: Arguments, module: string): Promise<number> {
  const { exportName, factoryOptions, run: options, files } = given;
  const writers = Object.entries(files).flatMap(([kind, path]) =>
    path === undefined ? [] : [[kind as keyof typeof files, outputFile(io.cwd, path)] as const],
  );
  const cases = await selectCases(options);
  if (cases.length === 0) throw new InputError(`no case matches; --list prints their names`);

  const progress = createProgress(io, cases);
  const task = { module, exportName, factoryOptions, cwd: io.cwd, run: options };
  const outcome = await supervise(io, {
    task,
    cases,
    onBegin: progress.begin,
    onResult: progress.advance,
    onOutput: progress.print,
  }).finally(progress.stop);

  const { backend, results, stopped } = outcome;
  const diagnosis = backend && (await superviseDiagnosis(io, task, cases, results));
  // Not even a backend: there is nothing to report on but this.
  if (!backend && stopped !== undefined && !io.signal.aborted) {
    io.stderr.write(`convene-conformance: ${module} gives no backend: ${stopped}\n`);
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
    planned: cases.length,
    ...defined({ stopped }),
  };
  const saved = writeReports(io, writers, report, details);
  printReport(io, report, details);
  if (io.signal.aborted) return EXIT.interrupted;
  return saved && stopped === undefined && report.counts.failed === 0 ? EXIT.ok : EXIT.failed;
}

const FORMS = { json: reportJson, junit: reportJunit, html: reportHtml } as const;

/** Whether all could be written; one that cannot must not take the others with it. */
function writeReports(
  io: Io,
  writers: readonly (readonly [keyof typeof FORMS, WriteFile])[],
  report: ConformanceReport,
  details: ReportDetails,
): boolean {
  let saved = true;
  for (const [kind, write] of writers) {
    try {
      write(FORMS[kind](report, details));
    } catch (error) {
      saved = false;
      io.stderr.write(`convene-conformance: --${kind} was not written: ${String(error)}\n`);
    }
  }
  return saved;
}

/** Without the keys that have no value: exactOptionalPropertyTypes tells the two apart. */
function defined<T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined<T>
  >;
}

/** Of the package: from its own package.json, which stands beside dist as beside src. */
function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Record<
        string,
        string
      >;
      if (name === "@convene/conformance") return found!;
    } catch {
      // The other one is there.
    }
  }
  return "unknown";
}

function say(io: Io, text: string): number {
  io.stdout.write(text);
  return EXIT.ok;
}
