/** errors: what is left of a backend that has been disposed says so, and the backends beside it go on. */

import { type Backend, type Conv2dPlan, inputShape, parseProblem, tensor } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { makeOperands } from "../operands.js";
import { describeThrown, expectSame, thrownBy } from "./errors-misuse.js";
import { zeroWeights } from "./errors-prepare.js";
import { anotherBackend, atWorkbench, fail, type Fed, type Workbench } from "./lifecycle-workbench.js";

/** What is left when the backend has gone. */
interface Remains {
  readonly backend: Backend;
  readonly plan: Conv2dPlan;
  readonly fed: Fed;
  readonly output: Fed["input"];
}

export function disposedCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const host = tensor(makeOperands(problem, "integer", 1).input, inputShape(problem));

  const calls: Record<string, (remains: Remains) => unknown> = {
    upload: ({ backend }) => backend.upload(host),
    "upload into a tensor": ({ backend, fed }) => backend.upload(host, fed.input),
    allocate: ({ backend }) => backend.allocate([1, 1, 1, 1]),
    allocateShared: ({ backend }) => backend.allocateShared([{ shape: [1, 1, 1, 1], from: 0, to: 0 }]),
    prepareConv2d: ({ backend }) => backend.prepareConv2d(problem, zeroWeights(problem)),
    read: ({ backend, output }) => backend.read(output),
    sync: ({ backend }) => backend.sync(),
    memory: ({ backend }) => backend.memory(),
    "a plan's run": ({ plan, fed, output }) => plan.run(fed.input, output, fed.residual),
  };

  const start = async (bench: Workbench) => {
    const operands = makeOperands(problem, "integer", 1);
    const it = await bench.prepare(problem, operands);
    return { it, fed: it.feed(operands), output: it.output() };
  };
  return Object.entries(calls).map(([what, call]): ConformanceCase => ({
    suite: "errors",
    name: `${text}: ${what} after the backend was disposed`,
    problems: [problem],
    run: (context) =>
      atWorkbench(context, async (bench) => {
        const other = await anotherBackend(context);
        const here = await start(bench);
        here.it.run(here.fed, here.output);
        const before = await bench.read(here.output);
        const outcome = await atWorkbench({ ...context, backend: other }, async (elsewhere) => {
          const { it, fed, output } = await start(elsewhere);
          await other.dispose();
          const thrown = await thrownBy(() => call({ backend: other, plan: it.plan, fed, output }));
          if (!thrown) fail("it was accepted; expected ERR_DISPOSED");
          const wrong = describeThrown(thrown.error, ["ERR_DISPOSED"]);
          if (wrong) fail(wrong);
        });
        if (outcome.status !== "passed") fail(outcome.message ?? outcome.status);
        here.it.run(here.fed, here.output);
        expectSame(before, await bench.read(here.output), "the backend that was not disposed");
      }),
  }));
}
