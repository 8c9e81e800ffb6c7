/** `convene explain`: the costs of a layer or a workload, and the costs as another kind of convolution. */

import { formatProblem } from "@convene/core";
import {
  alternativeSentences,
  costTable,
  groupingTable,
  separationSentences,
  separationTable,
} from "../explain/explain-tables.js";
import { type Explanation, explainWorkload } from "../explain/explain-workload.js";
import { printLine, printProse, saveTo, toJson } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { VERSION } from "../version.js";
import { resolveTargets } from "../workloads/resolve-targets.js";

export interface ExplainOptions {
  readonly json?: string;
  /** Sizes for the open sizes of an ONNX file. */
  readonly shape?: readonly string[];
  readonly until?: readonly string[];
}

export async function explain(targets: readonly string[], options: ExplainOptions, io: Io): Promise<number> {
  const explanations = resolveTargets(targets.length > 0 ? targets : ["textbook"], options).map(explainWorkload);
  const json = saveTo(options.json, io.cwd);
  for (const [index, explanation] of explanations.entries()) {
    if (index > 0) printLine(io);
    print(explanation, io);
  }
  await json.finish(() => toJson({ command: "explain", convene: VERSION, workloads: explanations.map(forJson) }));
  return 0;
}

function print(explanation: Explanation, io: Io): void {
  const { bold, dim } = io.colors;
  const { name, about, separations, groupings } = explanation;
  const lines = (all: readonly string[]): void => all.forEach((line) => printLine(io, line));
  printProse(io, `${bold(name)}: ${about}`);
  printLine(io);
  lines(costTable(explanation, io.colors, io.columns));
  const section = (title: string, table: readonly string[]): void =>
    lines(["", `${bold(title)} ${dim("(multiply-accumulates)")}`, "", ...table]);
  if (separations.length > 0)
    section("standard, or depthwise + pointwise", separationTable(separations, io.colors, io.columns));
  if (groupings.length > 0) section("grouped, or standard", groupingTable(groupings, io.colors, io.columns));
  const only = separations.length === 1 ? separationSentences(separations[0]!) : [];
  const sentences = [...only, ...alternativeSentences(explanation)];
  if (sentences.length > 0) printLine(io);
  for (const sentence of sentences) printProse(io, sentence);
}

/** The explanation for JSON, with problems as their strings. */
function forJson(explanation: Explanation): unknown {
  return {
    ...explanation,
    separations: explanation.separations.map(({ standardProblem, ...rest }) => ({
      standardProblem: formatProblem(standardProblem),
      ...rest,
    })),
    groupings: explanation.groupings.map(({ problem, ...rest }) => ({ problem: formatProblem(problem), ...rest })),
  };
}
