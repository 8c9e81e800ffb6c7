/** The work of one run of verify: the suites on each backend, then the problems on all backends together. */

import { randomProblem, randomSource, type SuiteName } from "@convene/conformance";
import { command, quote } from "../again.js";
import type { OpenBackend } from "../../engine/open-backends.js";
import type { Io } from "../io.js";
import { createProgress, describeSuite, type Progress } from "@convene/conformance/terminal";
import { breathe } from "../../engine/settle.js";
import { distinctLayers, type Workload } from "../../engine/workloads/index.js";
import { checkNetwork } from "../../engine/verify/check-network.js";
import { checkOutputs, hasFile, type OnnxRuntime } from "../../engine/verify/check-outputs.js";
import { checkOperations } from "../../engine/verify/check-operations.js";
import { checkProblems } from "../../engine/verify/check-problems.js";
import type { Patience } from "../../engine/verify/patience.js";
import { runSuite } from "./run-suite.js";
import type { Tallies } from "../../engine/verify/tally.js";

/** The plan of a run: all checks if the user names none, otherwise the named checks. */
export interface VerifyPlan {
  readonly suites: readonly SuiteName[];
  /** Only cases of the suites whose name contains this text run. */
  readonly only?: string | undefined;
  readonly workloads: readonly Workload[];
  /** The number of random problems on which backends are compared with each other. */
  readonly paired: number;
  /** Random problems in each suite; default: the suite's own count. */
  readonly random?: number | undefined;
  readonly seed: number;
  /** ONNX Runtime, with which the outputs of networks from ONNX files are compared. Left out if it is not installed. */
  readonly runtime?: OnnxRuntime | undefined;
}

/** Counts results in `tallies`, so that no result is lost if Ctrl-C makes this function throw. `save` is called after new results. */
export async function runPlan(
  plan: VerifyPlan,
  open: readonly OpenBackend[],
  tallies: Tallies,
  patience: Patience,
  io: Io,
  save: () => void,
): Promise<void> {
  const { suites, only, workloads, paired, random, seed, runtime } = plan;
  const asked = new Map(open.map((backend) => [backend.name, backend.asked]));
  const again = (what: string, names: readonly string[]): string =>
    command(`verify ${what} --backend ${names.map((name) => quote(asked.get(name)!)).join(" ")} --seed ${seed}`);

  for (const backend of open) {
    for (const suite of suites) {
      await breathe(io);
      let progress: Progress | undefined;
      let failures = 0;
      try {
        await runSuite(suite, backend, tallies, io, {
          seed,
          randomProblems: random,
          only,
          patience,
          onCase: ({ status }, done, total) => {
            const what = `${suite}, ${backend.name}`;
            progress ??= begin(io, total, what);
            const failed = status === "failed";
            if (failed) failures++;
            progress.advance({ failed, ...(done === total && { line: describeSuite(what, total, failures) }) });
          },
          rerun: (name) => again(caseAgain(suite, name, random), [backend.name]),
        });
      } finally {
        progress?.stop();
        save();
      }
    }
  }

  const source = randomSource(seed);
  const pairs = open.length > 1 ? Array.from({ length: paired }, () => randomProblem(source)) : [];
  const lists = [
    ...workloads.map(({ name, layers }) => ({
      label: name,
      problems: distinctLayers(layers).map(({ problem }) => problem),
      againstReference: true,
    })),
    { label: "random", problems: pairs, againstReference: false },
  ];
  for (const { label, problems, againstReference } of lists) {
    const progress = begin(io, problems.length, label);
    try {
      await checkProblems(problems, open, tallies, io, {
        seed,
        label,
        againstReference,
        patience,
        onProblem: (text) => {
          progress.begin(text);
          progress.advance(againstReference ? { line: text } : {});
          if (againstReference) save();
        },
        rerun: again,
      });
    } finally {
      progress.stop();
      save();
    }
  }

  for (const { name: label, operations = [] } of workloads) {
    if (operations.length === 0) continue;
    await checkOperations(operations, open, tallies, io, { seed, label, rerun: again });
    save();
  }

  for (const { name: label, chain, target = label } of workloads) {
    if (!chain?.trained) continue;
    const progress = begin(io, open.length * chain.network.layers.length, `${label}, its weights`);
    try {
      await checkNetwork(chain, open, tallies, io, {
        seed,
        label,
        onLayer: (text) => {
          progress.begin(text);
          progress.advance();
        },
        rerun: (names) => again(quote(target), names),
      });
      if (runtime && hasFile(chain)) {
        const rerun = (names: readonly string[]): string => again(quote(target), names);
        await checkOutputs(chain, open, tallies, io, { runtime, label, seed, rerun });
      }
    } finally {
      progress.stop();
      save();
    }
  }
}

/** A problem that is compared with the reference has its string as its target. Any other case needs its suite and its name. */
function caseAgain(suite: SuiteName, name: string, random: number | undefined): string {
  if ((suite === "exact" || suite === "bounded") && /^\S+$/.test(name)) return name;
  const words = ["--suite", suite, ...(name === "" ? [] : ["--case", quote(name)])];
  return [...words, ...(random === undefined ? [] : ["--random", random])].join(" ");
}

function begin(io: Io, total: number, label: string): Progress {
  const progress = createProgress(io, total);
  progress.begin(label);
  return progress;
}
