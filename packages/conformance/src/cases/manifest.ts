/**
 * manifest: checks a backend's own declarations. A declared limit must really exist, and the backend must take what it declares to take. Every backend
 * has these cases, whatever it declares.
 */

import { type Backend, type BackendFeatures, formatProblem, parseProblem } from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase, FeatureName } from "../case.js";
import { describeVerdict } from "../check-problem.js";
import { supportOf } from "../problem.js";
import { makeOperands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { checkExact } from "../rules.js";
import { runProblem } from "../run-problem.js";
import { CORNER_PROBLEMS } from "./corner-problems.js";
import { zeroWeights } from "./errors-calls.js";
import { expectRefusal } from "./errors-misuse.js";
import { anotherBackend, fail, memoryUse } from "./lifecycle-workbench.js";
import { nonFiniteCases } from "./non-finite.js";
import { checkSupport, isWords, manifestCase as plain, show } from "./manifest-case.js";
import { operationManifestCases } from "./manifest-operations.js";
import { operationValueCases } from "./operations-values.js";
import { WINOGRAD_PROBLEMS } from "./winograd-problems.js";

/** The type keeps the table complete: a new feature of core must have a row here. */
const FEATURES: Record<keyof BackendFeatures, "support" | "function" | "list"> = {
  nonFinite: "support",
  subnormals: "support",
  supports: "function",
  operations: "list",
  supportsOperation: "function",
};
const NAMES = Object.keys(FEATURES).filter(
  (key) => FEATURES[key as keyof BackendFeatures] === "support",
) as FeatureName[];

const PROBLEMS = CORNER_PROBLEMS.map(parseProblem);

export async function manifestCases(): Promise<readonly ConformanceCase[]> {
  return [
    plain("name and device are words", async ({ backend }) => {
      for (const key of ["name", "device"] as const) {
        if (!isWords(backend[key])) fail(`${key} (${show(backend[key])}) must be words`);
      }
      if (backend.disposed) fail("it says that it has been disposed");
    }),
    plain("features has only known keys, each true or a reason", async ({ backend: { features } }) => {
      for (const key of Object.keys(features)) {
        if (!Object.hasOwn(FEATURES, key)) fail(`features.${key} is no feature`);
      }
      for (const name of NAMES) checkSupport(`features.${name}`, features[name]);
      for (const key of ["supports", "supportsOperation"] as const) {
        const given: unknown = features[key];
        if (given !== undefined && typeof given !== "function") {
          fail(`features.${key} (${show(given)}) must be a function, or left out`);
        }
      }
    }),
    ...operationManifestCases(),
    ...NAMES.map((name): ConformanceCase => ({
      suite: "manifest",
      name: `features.${name} is declared lacking only if something fails`,
      limit: 60_000,
      run: (context) => checkDeclared(name, context),
    })),
    plain("features.supports gives true or a reason, and the same one each time", async ({ backend: { features } }) => {
      for (const problem of PROBLEMS) {
        const text = formatProblem(problem);
        const support = supportOf(features, problem);
        checkSupport(`features.supports for ${text}`, support);
        if (show(supportOf(features, problem)) !== show(support)) {
          fail(`features.supports for ${text} says one thing and then another`);
        }
      }
    }),
    plain(`features.supports takes at least one of ${PROBLEMS.length} problems`, async ({ backend: { features } }) => {
      if (!PROBLEMS.some((problem) => supportOf(features, problem) === true)) {
        fail(`it takes none of ${PROBLEMS.length} problems, so that nothing of it can be tested`);
      }
    }),
    plain("what features.supports refuses, prepareConv2d refuses with ERR_UNSUPPORTED", ({ backend }) =>
      expectRefused(backend),
    ),
    plain("what features.supports takes, prepareConv2d takes; its plans say what runs", checkTaken),
    plain('plans for accuracy "strict" are direct: they say so, and are exact on small integers', checkStrict),
    plain("memory gives two numbers of bytes, or nothing", async ({ backend }) => {
      const memory = await memoryUse(backend);
      if (memory === undefined) return;
      for (const key of ["used", "reserved"] as const) {
        if (!Number.isInteger(memory?.[key]) || memory[key] < 0)
          fail(`memory().${key} (${show(memory?.[key])}) is no size`);
      }
    }),
  ];
}

/** Checks that the backend refuses each corner problem that it declares not to take, with ERR_UNSUPPORTED. */
async function expectRefused(backend: Backend): Promise<void> {
  for (const problem of PROBLEMS) {
    if (supportOf(backend.features, problem) === true) continue;
    const attempt = (): unknown => backend.prepareConv2d(problem, zeroWeights(problem));
    const what = `features.supports refuses ${formatProblem(problem)}, so prepareConv2d must`;
    await expectRefusal(attempt, ["ERR_UNSUPPORTED"], what);
  }
}

async function checkTaken({ backend, accuracy }: CaseContext): Promise<void> {
  for (const problem of PROBLEMS) {
    if (supportOf(backend.features, problem) !== true) continue;
    const plan = await backend.prepareConv2d(problem, zeroWeights(problem), { accuracy });
    try {
      const text = formatProblem(problem);
      if (!isWords(plan.algorithm)) fail(`the algorithm (${show(plan.algorithm)}) of a plan for ${text} must be words`);
      if (plan.arithmetic !== "direct" && plan.arithmetic !== "transformed") {
        fail(`the arithmetic (${show(plan.arithmetic)}) of a plan for ${text} must be "direct" or "transformed"`);
      }
      if (formatProblem(plan.problem) !== text)
        fail(`a plan for ${text} says that its problem is ${show(plan.problem)}`);
    } finally {
      plan.dispose();
    }
  }
}

/** Checks "strict" under every accuracy of the run: a plan for "strict" must be direct. */
async function checkStrict({ backend, seed }: CaseContext): Promise<void> {
  // `exact` already tries most problems that no plan transforms.
  for (const problem of [...WINOGRAD_PROBLEMS.map(parseProblem), ...PROBLEMS.filter((_, at) => at % 4 === 0)]) {
    if (supportOf(backend.features, problem) !== true) continue;
    const operands = makeOperands(problem, "integer", seed);
    const expected = rememberedConv2d(problem, operands).output;
    const { output, algorithm, arithmetic } = await runProblem(backend, problem, operands, { accuracy: "strict" });
    if (arithmetic !== "direct") {
      const what = `a plan for ${formatProblem(problem)} with accuracy "strict" (${algorithm})`;
      fail(`${what} has arithmetic ${show(arithmetic)}; a strict plan must be "direct"`);
    }
    const verdict = checkExact(output, expected);
    if (!verdict.ok) fail(`accuracy "strict" (${algorithm}): ${describeVerdict(problem, verdict)}`);
  }
}

/**
 * Runs the cases that need a feature which the backend declares to lack. If one of them does not pass, the limit exists. The cases run on another
 * backend if there is a factory, because a limit may break the backend.
 */
async function checkDeclared(name: FeatureName, context: CaseContext): Promise<CaseOutcome> {
  const { features } = context.backend;
  const declared = features[name];
  if (declared === true) return { status: "passed" };
  const cases = [...(await nonFiniteCases()), ...operationValueCases()].filter(
    ({ needs = [], problems = [] }) =>
      needs.includes(name) &&
      needs.every((need) => need === name || features[need] === true) &&
      problems.every((problem) => supportOf(features, problem) === true),
  );
  if (cases.length === 0) {
    return { status: "untrusted", message: `none of the cases that need ${name} is one that this backend takes` };
  }
  const backend = context.another ? await anotherBackend(context) : context.backend;
  for (const each of cases) {
    if (!(await passes(each, { ...context, backend }))) return { status: "passed" };
  }
  const reason = typeof declared === "object" && declared !== null ? declared.reason : show(declared);
  return {
    status: "failed",
    message: `features.${name} declares "${reason}", but all ${cases.length} cases that need it pass: declare true`,
  };
}

async function passes(each: ConformanceCase, context: CaseContext): Promise<boolean> {
  try {
    return (await each.run(context)).status === "passed";
  } catch {
    return false;
  }
}
