/** `convene start`, what `npm start` runs: in a minute and a half, whether the backends agree and how fast they are. */

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
import { environment } from "../version.js";
import { hasFailed, printBench, runBench } from "./bench.js";
import { printVerify, runVerify, type VerifyReport, wholePlan } from "./verify.js";

export interface StartOptions {
  readonly time?: number;
  readonly json?: string;
  /** All suites on all backends, and no limit of time. */
  readonly whole?: boolean;
}

/** Milliseconds from the first line to the last, where nobody asks for the whole. */
const LIMIT = 80_000;
/** Of that, for measuring; the suites have what is left. */
const BENCH_LIMIT = 50_000;
/** The suites with a right answer for each case: integers, and PyTorch's results. */
const QUICK_SUITES = ["exact", "goldens"] as const satisfies readonly SuiteName[];
/** Right, and ten times as slow as what anybody would choose where there is WebAssembly. */
const SLOW = "cpu:js";

/**
 * What is wrong is not timed: its speed would mean nothing.
 *
 * @param workload what is checked at its real size, and timed; replaced in tests
 * @param suites what the backends are held to beside it; fewer in tests
 * @param models the folder that may have a trained network
 * @param limit milliseconds until the suites end, where the whole is not asked for; more in tests, whose machine may be busy
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
    printTitle(io, "Convene", environment());
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

/** Before anything that takes time: how long, and what is left out. */
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

/** `work` with a signal that is also aborted when the time is up. */
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
  // Commands are to be copied: a line each where lines are short.
  if (io.columns === undefined) printSummaryLine(io, "next", next.join(", "));
  else
    for (const [index, each] of next.entries())
      printLine(io, `${green((index === 0 ? "next" : "").padEnd(8))}  ${each}`);
}
