/** `convene start`, which `npm start` runs: in a minute and a half it checks whether the backends agree, and measures their speed. */

import { SUITE_NAMES, type SuiteName } from "@convene/conformance";
import type { BackendTable } from "../../engine/backends.js";
import type { CompareReport } from "../../engine/compare-report.js";
import { enumerate, formatMilliseconds, plural } from "../../engine/format.js";
import { describeWinner } from "../../engine/winner.js";
import { namedWorkload, type Workload } from "../../engine/workloads/index.js";
import { command } from "../again.js";
import { printLine, printProse, saveTo, toJson } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { openBackends } from "../open-backends.js";
import { printBackends, printTitle } from "../report/header.js";
import { findTrainedNetwork, MODELS_FOLDER, runTrainedNetwork } from "../run/trained-network.js";
import { hasFailed, printBench, runBench } from "./bench.js";
import { printVerify, runVerify, type VerifyReport, wholePlan } from "./verify.js";

export interface StartOptions {
  readonly time?: number;
  readonly json?: string;
  /** Whether all suites run on all backends, without a time limit. */
  readonly whole?: boolean;
}

/** Milliseconds from the first line to the last, without `whole`. */
const LIMIT = 80_000;
/** The part of this time for measuring. The suites get the rest. */
const BENCH_LIMIT = 50_000;
/** The suites with exactly one right result for each case: integers, and PyTorch's results. */
const QUICK_SUITES = ["exact", "goldens"] as const satisfies readonly SuiteName[];
/** A backend that is right, but ten times as slow as others. Nobody would choose it if there is WebAssembly. */
const SLOW = "cpu:js";

/**
 * Checks and times the backends. A wrong backend is not timed, because its speed would mean nothing.
 *
 * @param workload the workload that is checked at its real size, and timed. Tests replace it
 * @param suites the suites that also run. Tests have fewer
 * @param models the folder that may have a trained network
 * @param limit milliseconds until the suites end, without `whole`. Tests have more, because their machine may be busy
 */
export async function start(
  options: StartOptions,
  io: Io,
  table: BackendTable,
  workload: Workload = namedWorkload("mobilenet-v1")!,
  suites: readonly SuiteName[] = options.whole ? SUITE_NAMES : QUICK_SUITES,
  models: string = MODELS_FOLDER,
  limit: number = LIMIT,
): Promise<number> {
  const json = saveTo(options.json, io.cwd);
  const begun = performance.now();
  const content = (bench: CompareReport, verify?: VerifyReport): string =>
    toJson({ command: "start", bench, ...(verify && { verify }) });
  try {
    printTitle(io, "Convene");
    printIntroduction(io, workload, suites, options.whole ?? false);
    const standard = Object.keys(table).filter((name) => table[name]!.standard);
    const names = options.whole ? standard : standard.filter((name) => name !== SLOW);
    const backends = await openBackends(table, names, io);
    try {
      printBackends(io, backends);
      if (backends.open.length === 0) return 1;

      const benched = await runBench([workload], backends, io, {
        ...(options.time !== undefined && { time: options.time }),
        ...(!options.whole && { limit: BENCH_LIMIT }),
        save: (unfinished) => json.update(() => content(unfinished)),
      });
      json.update(() => content(benched));
      printBench(benched, io);
      if (io.signal.aborted) await json.finish(() => content(benched));
      io.signal.throwIfAborted();

      printLine(io);
      printProse(io, `${io.colors.bold("verify")}: the suites ${enumerate(suites)} on each backend`);
      const left = options.whole ? undefined : Math.max(1, limit - (performance.now() - begun));
      const plan = { ...wholePlan([]), suites, paired: 0 };
      const { report: verified, outOfTime } = await within(left, io, (limited) =>
        runVerify(plan, backends, limited, (unfinished) => json.update(() => content(benched, unfinished))),
      );
      await json.finish(() => content(benched, verified));
      printVerify(verified, io, outOfTime ? "the time was up" : undefined);
      io.signal.throwIfAborted();

      const timeUp = !options.whole && performance.now() - begun > limit;
      const trained = timeUp
        ? { text: "left out, because the time was up", right: true }
        : await runTrainedNetwork(findTrainedNetwork(models), backends, options.time, io);
      printSummary(verified, benched, trained.text, io);
      printNext(io);
      const agreed = outOfTime ? verified.failed === 0 : verified.agreed;
      const isTimed = benched.workloads.some(({ layers }) => layers.some(({ figures }) => figures.length > 0));
      if (!isTimed)
        printProse(io, `Nothing was timed: ${command("start --whole")} takes as long as this machine needs.`);
      return hasFailed(benched) || !agreed || !trained.right || !isTimed ? 1 : 0;
    } finally {
      await backends.dispose();
    }
  } finally {
    json.discard();
  }
}

/** Prints the expected time, and the parts that are left out, before the work begins. */
function printIntroduction(io: Io, workload: Workload, suites: readonly SuiteName[], whole: boolean): void {
  const { dim } = io.colors;
  if (whole) {
    printProse(
      io,
      dim(`Checks ${workload.name} at its real size and times it, then runs all suites: some minutes.`),
      2,
    );
    return;
  }
  printProse(
    io,
    dim(
      `Checks ${workload.name} at its real size on each backend and times it, then runs suites: about a minute, 90 s at most.`,
    ),
    2,
  );
  const others = SUITE_NAMES.filter((name) => !suites.includes(name));
  printProse(
    io,
    dim(`Left out: ${SLOW}, and the suites ${enumerate(others)}; --whole has them (${command("start --whole")}).`),
    2,
  );
}

/** Runs `work` with a signal that is also aborted at the time limit. */
async function within<T>(
  milliseconds: number | undefined,
  io: Io,
  work: (io: Io) => Promise<T>,
): Promise<{ readonly report: T; readonly outOfTime: boolean }> {
  if (milliseconds === undefined) return { report: await work(io), outOfTime: false };
  const controller = new AbortController();
  const forward = (): void => controller.abort(io.signal.reason);
  io.signal.addEventListener("abort", forward);
  const alarm = setTimeout(() => controller.abort(new Error("the time is up")), milliseconds);
  try {
    const report = await work({ ...io, signal: controller.signal });
    return { report, outOfTime: controller.signal.aborted && !io.signal.aborted };
  } finally {
    clearTimeout(alarm);
    io.signal.removeEventListener("abort", forward);
  }
}

const NEXT = ["explain textbook", "bench resnext50", "bench yardstick"];

function printSummary({ cases, failed }: VerifyReport, benched: CompareReport, trained: string, io: Io): void {
  const { bold, red } = io.colors;
  const devices = enumerate(benched.backends.map(({ name, device }) => `${name} (${device})`));
  const checked = benched.verification.agreement.filter(({ b }) => b === undefined).map(({ compared }) => compared);
  const layers = checked.length === 0 ? 0 : Math.max(...checked);
  const wrong = benched.backends.filter((backend) => backend.wrong).map(({ name }) => name);
  const none = failed === 0 && wrong.length === 0;
  const verdict = none
    ? "none failed"
    : red([`${failed} failed`, ...wrong.map((name) => `${name} is wrong`)].join(", "));
  printLine(io);
  printSummaryLine(
    io,
    "verified",
    `${plural(layers, "layer")} at real size and ${plural(cases, "case")} of suites on ${devices}: ${verdict}`,
  );
  for (const { name, network } of benched.workloads) {
    const times = (network?.figures ?? []).map(({ backend, median }) => `${backend} ${formatMilliseconds(median)} ms`);
    if (times.length > 0) printSummaryLine(io, "timed", `${name}, end to end: ${enumerate(times)}`);
  }
  printSummaryLine(io, "network", trained);
  for (const sentence of describeWinner(benched)) printSummaryLine(io, "fastest", bold(sentence));
}

function printSummaryLine(io: Io, word: string, text: string): void {
  printProse(io, `${io.colors.green(word.padEnd(8))}  ${text}`, 10);
}

function printNext(io: Io): void {
  const { green, cyan } = io.colors;
  const next = NEXT.map((each) => cyan(command(each)));
  // The reader will copy the commands, so each has its own line if lines are short.
  if (io.columns === undefined) printSummaryLine(io, "next", next.join(", "));
  else
    for (const [index, each] of next.entries())
      printLine(io, `${green((index === 0 ? "next" : "").padEnd(8))}  ${each}`);
}
