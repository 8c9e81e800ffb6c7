/**
 * lifecycle, disposal. If something is disposed while a run or a read is in flight, two outcomes are right: the right result, or a ConveneError. Neither
 * may take forever.
 */

import { type Backend, type Conv2dPlan, inputShape, outputShape, parseProblem } from "@convene/core";
import type { CaseContext, ConformanceCase } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import { checkWithin } from "../rules.js";
import {
  anotherBackend,
  atWorkbench,
  CaseEnd,
  errorOf,
  expectNoneLeft,
  expectRight,
  fail,
  integers,
  isConveneError,
  type Known,
  memoryUse,
  settled,
  type Workbench,
} from "./lifecycle-workbench.js";

/** The number of backends that are made and disposed, one after the other. */
const IN_A_ROW = 20;

export function disposeCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);

  /** A run in flight, and the disposable things that it works with. If `isUploaded`, the uploads are done before the run is called. */
  const start = async (bench: Workbench, isUploaded = false) => {
    const operands = integers(problem, 1);
    const it = await bench.prepare(problem, operands);
    const output = it.output();
    const fed = it.feed(operands);
    if (isUploaded) await bench.backend.sync();
    it.run(fed, output);
    return { operands, plan: it.plan, fed, output };
  };
  /** `what` was disposed while the run was pending: the run gives the right result, or an error that says so. */
  const rightOrError = async (
    plan: Conv2dPlan,
    operands: Known,
    read: Promise<Float32Array>,
    what: string,
  ): Promise<void> => {
    let result: Float32Array | undefined;
    try {
      result = await read;
    } catch (error) {
      if (!isConveneError(error)) fail(`the read rejected with what is no ConveneError: ${String(error)}`);
      // This error is wrong: it makes every later call of the backend fail.
      if (error.code === "ERR_EXECUTION") fail(`${freedWhilePending(what)}: the run failed (${error.message})`);
      return;
    }
    const verdict = checkWithin(result, operands.expected, errorOf(plan, operands) ?? 0);
    if (verdict.ok) return;
    const failed = failedOutcome(plan.problem, verdict);
    throw new CaseEnd({ ...failed, message: `${freedWhilePending(what)}: ${failed.message}` });
  };
  /** Uploads that overwrite memory which has just been freed, on a backend that reuses memory at once. */
  const reuseMemory = (bench: Workbench): void => {
    for (let i = 0; i < 3; i++) {
      bench.filled(inputShape(problem), 99);
      bench.filled(outputShape(problem), 99);
    }
  };

  const onThis: Record<string, (bench: Workbench) => Promise<void>> = {
    "a plan disposed right after its run": async (bench) => {
      const { operands, plan, output } = await start(bench);
      plan.dispose();
      // Another plan with other weights is prepared and run at once, so that it takes the disposed plan's memory.
      const reading = bench.read(output);
      const other = await bench.prepare(problem, integers(problem, 2));
      other.run(other.feed(integers(problem, 2)), other.output());
      await rightOrError(plan, operands, reading, "dispose of a plan");
    },
    "an input disposed right after the run, its memory reused": inBothOrders(async (bench, isUploaded) => {
      const { operands, plan, fed, output } = await start(bench, isUploaded);
      fed.input.dispose();
      fed.residual?.dispose();
      reuseMemory(bench);
      await rightOrError(plan, operands, bench.read(output), "free");
    }),
    "an output disposed right after its read is called, its memory reused": inBothOrders(async (bench, isUploaded) => {
      const { operands, plan, output } = await start(bench, isUploaded);
      if (isUploaded) await bench.backend.sync();
      const reading = bench.read(output);
      output.dispose();
      reuseMemory(bench);
      await rightOrError(plan, operands, reading, "free");
    }),
    "everything disposed before anything is awaited": inBothOrders(async (bench, isUploaded) => {
      const { operands, plan, fed, output } = await start(bench, isUploaded);
      const reading = bench.read(output);
      for (const each of [output, plan, fed.residual, fed.input]) each?.dispose();
      await rightOrError(plan, operands, reading, "free");
      // Memory that was freed too early may have damaged other tensors too. The read itself may fail, because its tensor is disposed.
      await bench.backend
        .sync()
        .catch((error: unknown) => fail(`${freedWhilePending("free")}: sync rejected (${String(error)})`));
    }),
    "disposing twice does nothing more": async (bench) => {
      const before = await memoryUse(bench.backend);
      const { plan, fed, output } = await start(bench);
      const shared = bench.backend.allocateShared([
        { shape: inputShape(problem), from: 0, to: 1 },
        { shape: outputShape(problem), from: 1, to: 2 },
      ]);
      const all = [plan, output, fed.input, ...(fed.residual ? [fed.residual] : []), ...shared];
      for (const each of all) {
        if (each.disposed) fail("what has not been disposed says that it has");
        each.dispose();
        if (!each.disposed) fail("what has been disposed says that it has not");
        each.dispose();
      }
      // If memory was freed twice, two tensors would now get the same memory.
      const one = bench.filled(outputShape(problem), 1);
      for (const each of all) each.dispose();
      const two = bench.filled(outputShape(problem), 2);
      for (const [tensor, value] of [
        [one, 1],
        [two, 2],
      ] as const) {
        if ((await bench.read(tensor)).some((each) => each !== value)) fail("two tensors lie in the same memory");
        tensor.dispose();
      }
      expectNoneLeft(before, await memoryUse(bench.backend), "after");
    },
  };

  const onAnother: Record<string, (backend: Backend, bench: Workbench) => Promise<void>> = {
    "the backend disposed with a run and its read in flight": async (backend, bench) => {
      const { operands, plan, output } = await start(bench);
      const reading = rightOrError(plan, operands, bench.read(output), "dispose of the backend");
      // The rejection is handled now, and the promise is awaited below.
      reading.catch(() => undefined);
      await disposed(backend);
      await reading;
    },
    "the backend disposed with a run in flight that nobody reads": async (backend, bench) => {
      const { plan, fed, output } = await start(bench);
      await disposed(backend);
      if (![plan, fed.input, output, backend].every((each) => each.disposed))
        fail("not all say that they are disposed");
    },
    "the backend disposed while a plan is being prepared": async (backend) => {
      const { weight, bias } = integers(problem, 1);
      const preparing = settled(backend.prepareConv2d(problem, { weight, bias }), "prepareConv2d");
      preparing.catch(() => undefined);
      await disposed(backend);
      const plan = await preparing;
      if (plan && !plan.disposed) fail("a plan outlived its backend");
    },
    "the backend disposed twice, before its tensors and plans": async (backend, bench) => {
      const { plan, fed, output } = await start(bench);
      await Promise.all([disposed(backend), disposed(backend)]);
      await disposed(backend);
      for (const each of [plan, output, fed.input, fed.residual]) each?.dispose();
    },
  };

  return [
    ...Object.entries(onThis).map(([what, use]): ConformanceCase => ({
      suite: "lifecycle",
      name: `${text}: ${what}`,
      problems: [problem],
      run: (context) => atWorkbench(context, use),
    })),
    ...Object.entries(onAnother).map(([what, use]): ConformanceCase => ({
      suite: "lifecycle",
      name: `${text}: ${what}`,
      problems: [problem],
      run: (context) => elsewhere(context, use),
    })),
  ];
}

/**
 * Runs `use` twice: with the uploads in the queue when memory is freed, and with all uploads done. An upload that waits in the queue writes
 * over memory that was cleared too early, so only the second order shows a `free` that overtakes the run.
 */
function inBothOrders(
  use: (bench: Workbench, isUploaded: boolean) => Promise<void>,
): (bench: Workbench) => Promise<void> {
  return async (bench) => {
    for (const isUploaded of [false, true]) await use(bench, isUploaded);
  };
}

function freedWhilePending(what: string): string {
  return `\`${what}\` came while a run or a read that uses it was pending, and was not kept waiting`;
}

/** Cases of several backends. */
export function backendCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const answer = async (backend: Backend, context: CaseContext, seed: number, what: string): Promise<void> => {
    const operands = integers(problem, seed);
    const outcome = await atWorkbench({ ...context, backend }, async (bench) => {
      const it = await bench.prepare(problem, operands);
      const output = it.output();
      it.run(it.feed(operands), output);
      expectRight(it.plan, operands, await bench.read(output), what);
    });
    if (outcome.status !== "passed") throw new CaseEnd(outcome);
  };
  return [
    {
      suite: "lifecycle",
      name: `${text}: a second backend has nothing to do with the first`,
      problems: [problem],
      run: (context) =>
        elsewhere(context, async (second) => {
          await Promise.all([
            answer(context.backend, context, 1, "the first"),
            answer(second, context, 2, "the second"),
          ]);
          await disposed(second);
          await answer(context.backend, context, 3, "the first, when the second is gone");
        }),
    },
    {
      suite: "lifecycle",
      name: `${text}: ${IN_A_ROW} backends made and disposed in a row`,
      problems: [problem],
      quick: false,
      limit: 120_000,
      run: (context) =>
        elsewhere(context, async (first) => {
          for (let i = 1; i <= IN_A_ROW; i++) {
            const backend = i === 1 ? first : await anotherBackend(context);
            await answer(backend, context, i, `backend ${i}`);
            await disposed(backend);
          }
          await answer(context.backend, context, 1, "the backend that was there before");
        }),
    },
  ];
}

/** A case at a workbench on a backend of its own, which it may dispose. */
async function elsewhere(
  context: CaseContext,
  use: (backend: Backend, bench: Workbench) => Promise<void>,
): ReturnType<ConformanceCase["run"]> {
  try {
    const backend = await anotherBackend(context);
    return await atWorkbench({ ...context, backend }, (bench) => use(backend, bench));
  } catch (error) {
    if (error instanceof CaseEnd) return error.outcome;
    throw error;
  }
}

/** Disposes a backend, which must not fail. */
async function disposed(backend: Backend): Promise<void> {
  try {
    await backend.dispose();
  } catch (error) {
    fail(`dispose rejected: ${isConveneError(error) ? error.message : String(error)}`);
  }
}
