/** `convene start`, what `npm start` runs: first whether the backends agree, then how fast they are. */

import { type BackendTable, openBackends } from "../backends.js";
import { type Io, printLine } from "../io.js";
import { enumerate, formatMilliseconds, formatRatio, plural } from "../report/format.js";
import { printBackends } from "../report/header.js";
import { saveTo, toJson } from "../report/save.js";
import { describeEnvironment, environment } from "../version.js";
import { resolveTargets } from "../workloads/index.js";
import { type BenchReport, runBench } from "./bench.js";
import { runVerify, type VerifyReport, wholePlan } from "./verify.js";

const WORKLOAD = "mobilenet-v1";

export interface StartOptions {
  readonly time?: number;
  readonly json?: string;
}

/** A backend that is wrong is not timed: its speed would mean nothing. */
export async function start(options: StartOptions, io: Io, table: BackendTable): Promise<number> {
  const { bold } = io.colors;
  const workloads = resolveTargets([WORKLOAD]);
  const json = saveTo(options.json);
  const backends = await openBackends(table, undefined);
  const save = (verified: VerifyReport, benched?: BenchReport): void => {
    json.update(toJson({ command: "start", verify: verified, ...(benched && { bench: benched }) }));
    json.finish();
  };
  try {
    printLine(io, `${bold("Convene")}  ${describeEnvironment(environment())}`);
    printBackends(io, backends);
    if (backends.open.length === 0) return 1;

    printLine(io);
    printLine(io, `${bold("verify")}: the suites, and the layers of ${WORKLOAD} at their real size`);
    const verified = await runVerify(wholePlan(workloads), backends, {}, io);
    if (verified.failed > 0 || verified.interrupted) {
      save(verified);
      io.signal.throwIfAborted();
      printLine(io, "Not timed: what is wrong has no speed.");
      return 1;
    }

    const benched = await runBench(workloads, backends, options.time === undefined ? {} : { time: options.time }, io);
    save(verified, benched);
    io.signal.throwIfAborted();
    printSummary(verified, benched, io);
    return benched.warnings.some(({ kind }) => kind === "failed") ? 1 : 0;
  } finally {
    await backends.dispose();
  }
}

function printSummary({ cases }: VerifyReport, { backends, workloads }: BenchReport, io: Io): void {
  const { bold, green, cyan } = io.colors;
  const devices = enumerate(backends.map(({ name, device }) => `${name} (${device})`));
  const times = (workloads[0]?.network?.figures ?? []).map(
    ({ backend, median, ratio }) =>
      `${backend} ${formatMilliseconds(median)} ms${ratio === undefined || ratio === 1 ? "" : ` (${formatRatio(ratio)} x)`}`,
  );
  printLine(io);
  printLine(io, `${green("verified")}  ${plural(cases, "case")} on ${devices}, none failed`);
  printLine(io, `${green("timed")}     ${WORKLOAD}, end to end: ${bold(enumerate(times))}`);
  printLine(
    io,
    `${green("next")}      ${["explain textbook", "bench resnext50", "bench yardstick"].map((command) => cyan(`pnpm convene ${command}`)).join(", ")}`,
  );
}
