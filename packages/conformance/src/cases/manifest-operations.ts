/** manifest, operations: checks a backend's declarations about operations beside convolution. */

import {
  type Backend,
  formatOperation,
  type OperationKind,
  type OperationProblem,
  parseOperation,
} from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import type { ConformanceCase } from "../case.js";
import { makeOperationOperands } from "../operations/operation-operands.js";
import { supportOf } from "../problem.js";
import { expectRefusal } from "./errors-misuse.js";
import { fail } from "./lifecycle-workbench.js";
import { checkSupport, isWords, manifestCase, show } from "./manifest-case.js";
import { ONE_OF_EACH, OPERATION_PROBLEMS } from "./operations-problems.js";

let known: readonly OperationProblem[] | undefined;

/** The problems of all kinds. They are made when a case first asks for them, because all of them take 50 ms. */
function allProblems(): readonly OperationProblem[] {
  known ??= OPERATION_KINDS.flatMap((kind) => OPERATION_PROBLEMS[kind]).map(parseOperation);
  return known;
}

export function operationManifestCases(): readonly ConformanceCase[] {
  return [
    manifestCase("features.operations is a list of kinds, each once, or left out", async ({ backend }) => {
      const { operations }: { readonly operations?: unknown } = backend.features;
      if (operations === undefined) return;
      if (!Array.isArray(operations)) fail(`features.operations (${show(operations)}) must be a list, or left out`);
      for (const [index, kind] of operations.entries()) {
        if (!OPERATION_KINDS.includes(kind as OperationKind)) {
          fail(`features.operations has ${show(kind)}, which is none of ${OPERATION_KINDS.join(", ")}`);
        }
        if (operations.indexOf(kind) < index) fail(`features.operations has ${show(kind)} twice`);
      }
    }),
    manifestCase("prepareOperation takes what features has, and its plans say what runs", async ({ backend }) => {
      checkMethod(backend);
      for (const problem of ONE_OF_EACH.map(parseOperation)) {
        if (supportOf(backend.features, problem) === true) await checkPlan(backend, problem);
      }
    }),
    manifestCase(
      "features.supportsOperation gives true or a reason, the same one each time",
      async ({ backend: { features } }) => {
        for (const problem of allProblems()) {
          const what = `features.supportsOperation for ${formatOperation(problem)}`;
          const support = supportOf(features, problem);
          checkSupport(what, support);
          if (show(supportOf(features, problem)) !== show(support)) fail(`${what} says one thing and then another`);
        }
      },
    ),
    manifestCase(
      "features.supportsOperation takes at least one problem of each kind",
      async ({ backend: { features } }) => {
        const all = allProblems();
        for (const kind of features.operations ?? []) {
          const problems = all.filter((problem) => problem.kind === kind);
          if (!problems.some((problem) => supportOf(features, problem) === true)) {
            fail(`features.operations has ${kind}, and none of ${problems.length} problems of that kind is taken`);
          }
        }
      },
    ),
    manifestCase(
      "what features does not have or refuses, prepareOperation refuses with ERR_UNSUPPORTED",
      ({ backend }) => expectRefused(backend),
    ),
  ];
}

function checkMethod(backend: Backend): void {
  const { prepareOperation }: { readonly prepareOperation?: unknown } = backend;
  if (typeof prepareOperation !== "function") {
    fail(`prepareOperation (${show(prepareOperation)}) must be a function, also where features.operations is left out`);
  }
}

async function checkPlan(backend: Backend, problem: OperationProblem): Promise<void> {
  const text = formatOperation(problem);
  const plan = await backend.prepareOperation(problem, slopeOf(problem));
  try {
    if (!isWords(plan.algorithm)) fail(`the algorithm (${show(plan.algorithm)}) of a plan for ${text} must be words`);
    if (plan.disposed !== false) fail(`a new plan for ${text} says that it has been disposed`);
    if (formatOperation(plan.problem) !== text)
      fail(`a plan for ${text} says that its problem is ${show(plan.problem)}`);
  } finally {
    plan.dispose();
  }
}

async function expectRefused(backend: Backend): Promise<void> {
  checkMethod(backend);
  for (const problem of allProblems()) {
    const support = supportOf(backend.features, problem);
    if (support === true) continue;
    const what = `${formatOperation(problem)} (${support.reason})`;
    const attempt = (): unknown => backend.prepareOperation(problem, slopeOf(problem));
    await expectRefusal(attempt, ["ERR_UNSUPPORTED"], `prepareOperation of ${what}`);
  }
}

/** Parameters of the right size. */
function slopeOf(problem: OperationProblem): { slope?: Float32Array } {
  const { slope } = makeOperationOperands(problem, "integer", 1);
  return slope ? { slope } : {};
}
