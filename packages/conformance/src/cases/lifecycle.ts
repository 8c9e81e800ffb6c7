/** What must hold over more than one run: nothing stale, nothing shared that should not be. */

import {
  type Backend,
  type Conv2dProblem,
  type DeviceTensor,
  inputShape,
  outputShape,
  parseProblem,
  type Shape4,
  tensor,
} from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import { makeOperands, type Operands } from "../operands.js";
import { referenceConv2d } from "../reference.js";
import { checkExact } from "../rules.js";

/** A standard, a depthwise and a grouped problem: one for each kind of kernel that a backend is likely to have. */
const PROBLEMS = ["ic5_ih8_oc11_kh3_ph1", "g12_ic12_ih8_oc12_kh3_ph1", "g4_ic16_ih8_oc16_kh3_ph1_residual_relu"];

/** Runs a plan on the input and residual of `operands`. With `into`, those are written to the tensors of the run before. */
type Run = (operands: Operands, options?: { readonly into?: "same tensors" }) => Promise<Float32Array>;

export async function lifecycleCases(): Promise<readonly ConformanceCase[]> {
  return PROBLEMS.flatMap(casesOf).map((each) => ({ suite: "lifecycle", ...each }));
}

function casesOf(text: string): readonly Omit<ConformanceCase, "suite">[] {
  const problem = parseProblem(text);
  const first = makeOperands(problem, "integer", 1);
  const otherWeights = makeOperands(problem, "integer", 2);
  const { input, residual } = makeOperands(problem, "integer", 3);
  const otherInput: Operands = { ...first, input, residual };
  return [
    {
      name: `${text}: a plan that runs again answers for its new input`,
      run: ({ backend }: CaseContext) =>
        withPlan(backend, problem, first, async (run) =>
          expectEach(problem, [
            [await run(first), first],
            [await run(otherInput), otherInput],
          ]),
        ),
    },
    {
      name: `${text}: a plan that runs again sees what was uploaded into the same tensors`,
      run: ({ backend }: CaseContext) =>
        withPlan(backend, problem, first, async (run) =>
          expectEach(problem, [
            [await run(first), first],
            [await run(otherInput, { into: "same tensors" }), otherInput],
          ]),
        ),
    },
    {
      name: `${text}: weights that the caller changes after prepare do not matter`,
      run: ({ backend }: CaseContext) => {
        const given = { ...first, weight: first.weight.slice(), bias: first.bias?.slice() };
        return withPlan(backend, problem, given, async (run) => {
          given.weight.fill(99);
          given.bias?.fill(99);
          return expectEach(problem, [[await run(first), first]]);
        });
      },
    },
    {
      name: `${text}: two plans that run in turn keep their own weights and results`,
      run: ({ backend }: CaseContext) =>
        withPlan(backend, problem, first, (run) =>
          withPlan(backend, problem, otherWeights, async (runOther) => {
            // None is awaited before the next: each read must give what its own run wrote.
            const results = await Promise.all([run(first), runOther(otherWeights), run(otherInput)]);
            return expectEach(problem, [
              [results[0], first],
              [results[1], otherWeights],
              [results[2], otherInput],
            ]);
          }),
        ),
    },
  ].map((each) => ({ ...each, problems: [problem] }));
}

/** Prepares a plan with the weights of `operands`, for as long as `use` takes. All its runs write one output tensor. */
async function withPlan(
  backend: Backend,
  problem: Conv2dProblem,
  operands: Operands,
  use: (run: Run) => Promise<CaseOutcome>,
): Promise<CaseOutcome> {
  const plan = await backend.prepareConv2d(problem, { weight: operands.weight, bias: operands.bias });
  const tensors: DeviceTensor[] = [];
  const upload = (data: Float32Array, shape: Shape4, target?: DeviceTensor): DeviceTensor => {
    const made = backend.upload(tensor(data, shape), target);
    if (!target) tensors.push(made);
    return made;
  };
  try {
    const output = backend.allocate(outputShape(problem));
    tensors.push(output);
    let input: DeviceTensor | undefined;
    let residual: DeviceTensor | undefined;
    return await use(async (given, { into } = {}) => {
      input = upload(given.input, inputShape(problem), into && input);
      residual = given.residual && upload(given.residual, outputShape(problem), into && residual);
      plan.run(input, output, residual);
      return (await backend.read(output)).data;
    });
  } finally {
    for (const each of tensors) each.dispose();
    plan.dispose();
  }
}

function expectEach(problem: Conv2dProblem, pairs: readonly (readonly [Float32Array, Operands])[]): CaseOutcome {
  for (const [index, [actual, operands]] of pairs.entries()) {
    const verdict = checkExact(actual, referenceConv2d(problem, operands).output);
    if (!verdict.ok) {
      const failed = failedOutcome(problem, verdict);
      return { ...failed, message: `run ${index + 1}: ${failed.message}` };
    }
  }
  return { status: "passed" };
}
