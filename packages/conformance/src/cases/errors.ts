/**
 * errors: every misuse gets the right code, and does no harm. The answer that a backend gave before a misuse it must give
 * after it, bit for bit, from the same plan and from a new one; whether that answer is right is for other suites.
 */

import { formatProblem, parseProblem } from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import { makeOperands } from "../operands.js";
import { disposedCases } from "./errors-disposed.js";
import { describeThrown, type Misuse, type MisuseParts, thrownBy, expectSame } from "./errors-misuse.js";
import { PREPARE_MISUSES } from "./errors-prepare.js";
import { RUN_MISUSES } from "./errors-run.js";
import { TENSOR_MISUSES } from "./errors-tensors.js";
import { anotherBackend, atWorkbench, CaseEnd, fail, memoryUse, type Workbench } from "./lifecycle-workbench.js";

/** Input and output are of one shape, and not square, so that every mix-up is one that can be made. */
const PROBLEM = "ic4_ih5_iw6_oc4_kh3_ph1_residual";

export async function errorCases(): Promise<readonly ConformanceCase[]> {
  return [...[...RUN_MISUSES, ...PREPARE_MISUSES, ...TENSOR_MISUSES].map(misuseCase), ...disposedCases(PROBLEM)];
}

function misuseCase(misuse: Misuse): ConformanceCase {
  const problem = parseProblem(misuse.problem ?? PROBLEM);
  return {
    suite: "errors",
    name: `${formatProblem(problem)}: ${misuse.name}`,
    problems: [problem],
    quick: misuse.quick ?? true,
    run: (context) => atWorkbench(context, (bench) => check(bench, misuse, context)),
  };
}

async function check(bench: Workbench, misuse: Misuse, context: CaseContext): Promise<void> {
  const { backend } = bench;
  const problem = parseProblem(misuse.problem ?? PROBLEM);
  const operands = makeOperands(problem, "integer", 1);
  const it = await bench.prepare(problem, operands);
  const [fed, output] = [it.feed(operands), it.output()];
  const answer = async (): Promise<Float32Array> => {
    it.run(fed, output);
    return bench.read(output);
  };
  const expected = await answer();
  const memory = await memoryUse(backend);

  // At a workbench of its own: what a misuse makes is gone before memory is looked at again.
  const outcome = await atWorkbench(context, async (inner) => {
    const parts: MisuseParts = {
      ...inner,
      problem,
      operands,
      plan: it.plan,
      ...fed,
      output,
      another: () => anotherBackend(context),
    };
    await checkThrown(misuse, parts);
  });
  endUnlessPassed(outcome);

  const after = await memoryUse(backend);
  if (after?.used !== memory?.used) {
    fail(`${misuse.name}: ${memory?.used} bytes were in use before, ${after?.used} are after`);
  }
  expectSame(expected, await bench.read(output), "after the misuse the output that was there");
  expectSame(expected, await answer(), "after the misuse the same plan");
  // Operands made anew, and not those that the backend has had in its hands.
  const fresh = makeOperands(problem, "integer", 1);
  const again = await bench.prepare(problem, fresh);
  const newOutput = again.output();
  again.run(again.feed(fresh), newOutput);
  expectSame(expected, await bench.read(newOutput), "after the misuse a new plan");
}

async function checkThrown(misuse: Misuse, parts: MisuseParts): Promise<void> {
  const attempt = await misuse.set(parts);
  const thrown = await thrownBy(attempt);
  const codes: readonly string[] = typeof misuse.codes === "string" ? [misuse.codes] : misuse.codes;
  if (!thrown) {
    if (misuse.mayPass) return;
    fail(`it was accepted; expected ${codes.join(" or ")}`);
  }
  if (thrown.error instanceof CaseEnd) throw thrown.error;
  const wrong = describeThrown(thrown.error, codes);
  if (wrong) fail(wrong);
}

function endUnlessPassed(outcome: CaseOutcome): void {
  if (outcome.status !== "passed") throw new CaseEnd(outcome);
}
