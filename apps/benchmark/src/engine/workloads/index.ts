/** The engine's own workloads, and the workload for a plan's choice. */

import { InputError, messageOf, suggestion } from "@convene/conformance";
import { isOperationString, type OperationProblem, parseOperation, parseProblem } from "@convene/core";
import type { WorkloadChoice } from "../compare-plan.js";
import { mobilenetV1 } from "./mobilenet-v1.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import { resnext50 } from "./resnext50.js";
import { onnxWorkload } from "./onnx-workload.js";
import { textbook } from "./textbook.js";
import type { Workload, WorkloadLayer } from "./workload.js";
import { yardstick } from "./yardstick.js";

export { distinctLayers, layerCount, type Workload, type WorkloadLayer } from "./workload.js";

/** Functions that build the workloads. They are called on demand, because a network's weights are megabytes. */
export const WORKLOADS = {
  textbook,
  "mobilenet-v1": mobilenetV1,
  "mobilenet-v2": mobilenetV2,
  resnext50,
  yardstick,
} as const satisfies Readonly<Record<string, () => Workload>>;

/** The workload of this name, or `undefined`. */
export function namedWorkload(name: string): Workload | undefined {
  return Object.hasOwn(WORKLOADS, name) ? WORKLOADS[name as keyof typeof WORKLOADS]() : undefined;
}

/** @throws InputError for an unknown name, a wrong problem, or a file that is no ONNX file */
export function resolveChoice(choice: WorkloadChoice): Workload {
  switch (choice.kind) {
    case "resolved":
      return choice.workload;
    case "named": {
      const workload = namedWorkload(choice.name);
      if (workload) return workload;
      const known = Object.keys(WORKLOADS);
      throw new InputError(`unknown workload "${choice.name}"${suggestion(choice.name, known)} (${known.join(", ")})`);
    }
    case "problems":
      return problemsWorkload(choice.problems, choice.name ?? "problems");
    case "onnx":
      return onnxWorkload(choice.name, choice.bytes, choice.shapes, choice.external);
  }
}

/**
 * One workload from problem strings. Each string counts once.
 *
 * @throws InputError for a text that is no problem
 */
export function problemsWorkload(problems: readonly string[], name = "problems", from = ""): Workload {
  const layers: WorkloadLayer[] = [];
  const operations: OperationProblem[] = [];
  for (const text of new Set(problems)) {
    if (isOperationString(text)) operations.push(parsed(() => parseOperation(text)));
    else layers.push({ name: text, problem: parsed(() => parseProblem(text)), repeat: 1 });
  }
  const count = layers.length + operations.length;
  if (count === 0) throw new InputError("a workload of problems needs at least one, such as ic3_ih7_oc128_kh3");
  return {
    name,
    about: `${count === 1 ? "a problem" : `${count} problems`}${from}`,
    layers,
    ...(operations.length > 0 && { operations }),
  };
}

/** A text that begins with a size is meant as a problem. */
const PROBLEM = /^(n|g|ic|oc|[io][hw]|[kspd][hw]|p[tlbr])\d+(_|$)/;

/** Whether a text is meant as a problem of any kind. The problem may be wrong. */
export function isProblem(text: string): boolean {
  return isOperationString(text) || PROBLEM.test(text);
}

/** Whether a word of a command line is meant as a workload, as a workload's file, or as a problem. */
export function isTarget(text: string): boolean {
  return Object.hasOwn(WORKLOADS, text) || /\.(json|onnx)$/.test(text) || isProblem(text);
}

/** Parses a problem. The message of an error is core's, which says best what is wrong. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InputError(messageOf(error), { cause: error });
  }
}
