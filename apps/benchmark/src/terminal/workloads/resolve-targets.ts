/** Finds the workloads of a command line: a name, a JSON or an ONNX file, or problem strings. */

import { InputError, suggestion } from "@convene/conformance";
import { isProblem, namedWorkload, problemsWorkload, type Workload, WORKLOADS } from "../../engine/workloads/index.js";
import { onnxFileWorkload, type OnnxFileOptions } from "./onnx-file.js";
import { readWorkloadFile } from "./workload-file.js";

/**
 * The workloads that `targets` name, in order. All problem strings become one workload.
 *
 * @param options for ONNX files
 * @throws InputError for a target that is none of these
 */
export function resolveTargets(targets: readonly string[], options: OnnxFileOptions = {}): readonly Workload[] {
  const workloads: Workload[] = [];
  const problems: string[] = [];
  for (const target of new Set(targets)) {
    const named = namedWorkload(target);
    if (named) workloads.push(named);
    else if (target.endsWith(".onnx")) workloads.push(onnxFileWorkload(target, options));
    else if (/\.json$|[/\\]/.test(target)) workloads.push(readWorkloadFile(target));
    else problems.push(problemTarget(target));
  }
  if (problems.length > 0) workloads.push(problemsWorkload(problems, "problems", " from the command line"));
  return workloads;
}

function problemTarget(target: string): string {
  if (isProblem(target)) return target;
  const known = Object.keys(WORKLOADS);
  throw new InputError(
    `unknown workload "${target}"${suggestion(target, known)} (${known.join(", ")}, a .json or .onnx file, or a problem such as ic3_ih7_oc128_kh3)`,
  );
}
