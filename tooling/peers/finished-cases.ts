/**
 * A file of finished cases, one line for each, so that an interrupted run can continue. The first line describes the run, so that
 * results of another adapter, another suite or other options are never mixed.
 */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CaseResult, Diagnosis } from "../../packages/conformance/src/index.js";
import type { Shrunk } from "./page/task.js";

/** A diagnosis, and a text that identifies its results. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly of: string;
}

type Line = { readonly result: CaseResult } | { readonly shrunk: Shrunk } | { readonly device: string } | Diagnosed;

export interface FinishedCases {
  readonly results: readonly CaseResult[];
  readonly shrunk: readonly Shrunk[];
  readonly device: string;
  readonly diagnosed: Diagnosed | undefined;
  add(line: Line): void;
}

/**
 * @param what a text that identifies the kind of run
 * @param mode `"continue"` continues a run of the same kind; `"anyway"` continues a run of any kind; `"fresh"` starts again
 * @throws Error if the file is of another kind of run
 */
export function openFinished(path: string, what: string, mode: "continue" | "anyway" | "fresh"): FinishedCases {
  if (mode === "fresh" || !existsSync(path)) writeFileSync(path, `${JSON.stringify({ what })}\n`);
  const text = readFileSync(path, "utf8");
  // The last line may be incomplete.
  if (!text.endsWith("\n")) appendFileSync(path, "\n");
  const [head, ...lines] = text.split("\n").filter(isWhole);
  if (mode !== "anyway" && (JSON.parse(head ?? "{}") as { what?: string }).what !== what) {
    throw new Error(
      `${path} has results of another adapter, suite or version; --fresh starts again, --anyway goes on with them`,
    );
  }
  const [results, shrunk] = [new Map<string, CaseResult>(), new Map<string, Shrunk>()];
  let device = "";
  let diagnosed: Diagnosed | undefined;
  const take = (line: Line): void => {
    if ("result" in line) results.set(`${line.result.suite} ${line.result.name}`, line.result);
    else if ("shrunk" in line) shrunk.set(`${line.shrunk.suite} ${line.shrunk.name}`, line.shrunk);
    else if ("diagnosis" in line) diagnosed = line;
    else device = line.device;
  };
  for (const line of lines) take(JSON.parse(line) as Line);
  return {
    get results() {
      return [...results.values()];
    },
    get shrunk() {
      return [...shrunk.values()];
    },
    get device() {
      return device;
    },
    get diagnosed() {
      return diagnosed;
    },
    add(line) {
      take(line);
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    },
  };
}

function isWhole(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}");
}
