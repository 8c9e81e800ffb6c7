/**
 * operations, misuse. An operation's plan is misused like a convolution's plan. One kind is enough for all kinds: `defineBackend`
 * checks all kinds in one place, and so does a backend that wraps its result.
 */

import { type OperationProblem, type OperationParameters, parseOperation } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { disposedCase } from "./errors-disposed.js";
import { type Misuse, misuseCase, type Subject } from "./errors-misuse.js";
import { RUN_MISUSES } from "./errors-run.js";
import { knownOperation, prepareAt } from "./operations-workbench.js";

/** Inputs and output have one shape, which is not square. */
const PROBLEM = "add_n2_c5_h3_w4_relu";
/** A problem with parameters. */
const WITH_SLOPE = "prelu_n2_c5_h3_w4";

function operation(text: string): Subject {
  const problem = parseOperation(text);
  return {
    suite: "operations",
    problem,
    async hold(bench) {
      const known = knownOperation(problem, 1);
      const { plan, feed, output } = await prepareAt(bench, problem, known);
      return { plan, inputs: feed(known), output: output(), run: (inputs, to) => plan.run(inputs, to) };
    },
  };
}

/** A misuse with a problem or parameters of a wrong type, because a program in JavaScript can pass any value. */
function prepared(what: string, codes: Misuse["codes"], problem: object, parameters: object = {}): Misuse {
  return {
    name: `prepareOperation with ${what}`,
    codes,
    set:
      ({ backend }) =>
      () =>
        backend.prepareOperation(problem as OperationProblem, parameters as OperationParameters),
  };
}

export function operationErrorCases(): readonly ConformanceCase[] {
  const subject = operation(PROBLEM);
  const problem = parseOperation(PROBLEM);
  const misuses = [
    ...RUN_MISUSES,
    prepared("an unknown kind", "ERR_INVALID_OPTION", { ...problem, kind: "fold" }),
    prepared("no columns", "ERR_INVALID_OPTION", { ...problem, w: 0 }),
    prepared("more than 2^31 - 1 elements", "ERR_SHAPE", { ...problem, h: 2 ** 30 }),
    prepared("a slope for an operation that has none", "ERR_INVALID_OPTION", problem, { slope: new Float32Array(5) }),
  ];
  return [
    ...misuses.map((misuse) => misuseCase(subject, misuse)),
    misuseCase(operation(WITH_SLOPE), prepared("no slope", "ERR_SHAPE", parseOperation(WITH_SLOPE), {})),
    disposedCase(subject, { prepareOperation: ({ backend }) => backend.prepareOperation(problem, {}) }),
  ];
}
