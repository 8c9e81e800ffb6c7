/** From what was typed to workloads: a name, a JSON or an ONNX file, or problem strings. */

import { isOperationString, type OperationProblem, parseOperation, parseProblem } from "@convene/core";
import { messageOf } from "../command-error.js";
import { InputError, suggestion } from "../input-error.js";
import { mobilenetV1 } from "./mobilenet-v1.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import { resnext50 } from "./resnext50.js";
import { onnxWorkload } from "./onnx-file.js";
import { textbook } from "./textbook.js";
import type { Workload, WorkloadLayer } from "./workload.js";
import { readWorkloadFile } from "../../terminal/workloads/workload-file.js";
import { yardstick } from "./yardstick.js";

export { distinctLayers, layerCount, type Workload, type WorkloadLayer } from "./workload.js";

/** Built on demand: a network's weights are megabytes. */
export const WORKLOADS = {
  textbook,
  "mobilenet-v1": mobilenetV1,
  "mobilenet-v2": mobilenetV2,
  resnext50,
  yardstick,
} as const satisfies Readonly<Record<string, () => Workload>>;

/**
 * The workloads that `targets` name, in order; problem strings are gathered in one.
 *
 * @param shapes for ONNX files that leave sizes open: see `readOnnxFile`
 * @throws InputError for a target that is none of these
 */
export function resolveTargets(targets: readonly string[], shapes: readonly string[] = []): readonly Workload[] {
  const workloads: Workload[] = [];
  const problems: WorkloadLayer[] = [];
  const operations: OperationProblem[] = [];
  for (const target of new Set(targets)) {
    if (Object.hasOwn(WORKLOADS, target)) workloads.push(WORKLOADS[target as keyof typeof WORKLOADS]());
    else if (target.endsWith(".onnx")) workloads.push(onnxWorkload(target, shapes));
    else if (/\.json$|[/\\]/.test(target)) workloads.push(readWorkloadFile(target));
    else if (isOperationString(target)) operations.push(operationTarget(target));
    else problems.push({ name: target, problem: problemTarget(target), repeat: 1 });
  }
  const count = problems.length + operations.length;
  if (count > 0) {
    workloads.push({
      name: "problems",
      about: `${count === 1 ? "a problem" : `${count} problems`} from the command line`,
      layers: problems,
      ...(operations.length > 0 && { operations }),
    });
  }
  return workloads;
}

/** What starts with a size was meant as a problem. */
const PROBLEM = /^(n|g|ic|oc|[io][hw]|[kspd][hw]|p[tlbr])\d+(_|$)/;

/** Whether this was meant as one of the targets above, wherever it was typed. */
export function isTarget(text: string): boolean {
  return Object.hasOwn(WORKLOADS, text) || /\.(json|onnx)$/.test(text) || isOperationString(text) || PROBLEM.test(text);
}

function operationTarget(target: string): OperationProblem {
  try {
    return parseOperation(target);
  } catch (error) {
    throw new InputError(messageOf(error), { cause: error });
  }
}

function problemTarget(target: string): WorkloadLayer["problem"] {
  const known = Object.keys(WORKLOADS);
  // Core says best what is wrong with a problem.
  if (!PROBLEM.test(target)) {
    throw new InputError(
      `unknown workload "${target}"${suggestion(target, known)} (${known.join(", ")}, a .json or .onnx file, or a problem such as ic3_ih7_oc128_kh3)`,
    );
  }
  try {
    return parseProblem(target);
  } catch (error) {
    throw new InputError(messageOf(error), { cause: error });
  }
}
