/** `convene start`, what `npm start` runs: first whether the backends agree, then how fast they are. */

import { SUITE_NAMES, type SuiteName } from "@convene/conformance";
import { command } from "../again.js";
import { type BackendTable, openBackends } from "../../engine/backends.js";
import { type Io, printLine, printProse } from "../io.js";
import { enumerate, formatMilliseconds, formatRatio, plural } from "../../engine/format.js";
import { printBackends, printTitle } from "../report/header.js";
import { saveTo, toJson } from "../report/save.js";
import { findTrainedNetwork, MODELS_FOLDER, runTrainedNetwork } from "../run/trained-network.js";
import { environment } from "../version.js";
import { resolveTargets, type Workload } from "../../engine/workloads/index.js";
import { type BenchReport, hasFailed, printBench, runBench } from "./bench.js";
import { printVerify, runVerify, type VerifyReport, wholePlan } from "./verify.js";

export interface StartOptions {
  readonly time?: number;
  readonly json?: string;
}

/**
 * A backend that is wrong is not timed: its speed would mean nothing.
 *
 * @param workload what is checked at its real size, and timed; replaced in tests
 * @param suites what the backends are held to; fewer in tests, since `npm start` in `.ci/run` has the whole
 * @param models the folder that may have a trained network
 */
export async function start(
  options: StartOptions,
  io: Io,
  table: BackendTable,
  workload: Workload = resolveTargets(["mobilenet-v1"])[0]!,
  suites: readonly SuiteName[] = SUITE_NAMES,
  models: string = MODELS_FOLDER,
): Promise<number> {
  const json = saveTo(options.json);
  const content = (verify: VerifyReport, bench?: BenchReport): string =>
    toJson({ command: "start", verify, ...(bench && { bench }) });
  try {
    const backends = await openBackends(table, undefined, io);
    try {
      printTitle(io, "Convene", environment());
      printBackends(io, backends);
      if (backends.open.length === 0) return 1;

      printLine(io);
      printProse(io, `${io.colors.bold("verify")}: the suites, and the layers of ${workload.name} at their real size`);
      const verified = await runVerify({ ...wholePlan([workload]), suites }, backends, io, (unfinished) =>
        json.update(() => content(unfinished)),
      );
      if (!verified.agreed || verified.interrupted) {
        await json.finish(() => content(verified));
        printVerify(verified, io);
        io.signal.throwIfAborted();
        printLine(io, "Not timed: what is wrong has no speed.");
        return 1;
      }
      printVerify(verified, io);

      const benched = await runBench([workload], backends, options.time, io, (unfinished) =>
        json.update(() => content(verified, unfinished)),
      );
      await json.finish(() => content(verified, benched));
      printBench(benched, [workload], io);
      io.signal.throwIfAborted();
      printSummary(verified, benched, workload, io);
      const trained = await runTrainedNetwork(findTrainedNetwork(models), backends, options.time, io);
      printSummaryLine(io, "network", trained.text);
      printNext(io);
      return hasFailed(benched) || !trained.right ? 1 : 0;
    } finally {
      await backends.dispose();
    }
  } finally {
    json.discard();
  }
}

const NEXT = ["explain textbook", "bench resnext50", "bench yardstick"];

function printSummary({ cases }: VerifyReport, { backends, workloads }: BenchReport, workload: Workload, io: Io): void {
  const { bold } = io.colors;
  const devices = enumerate(backends.map(({ name, device }) => `${name} (${device})`));
  const times = (workloads[0]?.network?.figures ?? []).map(
    ({ backend, median, ratio }) =>
      `${backend} ${formatMilliseconds(median)} ms${ratio === undefined || ratio === 1 ? "" : ` (${formatRatio(ratio)} x)`}`,
  );
  printLine(io);
  printSummaryLine(io, "verified", `${plural(cases, "case")} on ${devices}, none failed`);
  if (times.length > 0) printSummaryLine(io, "timed", `${workload.name}, end to end: ${bold(enumerate(times))}`);
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
