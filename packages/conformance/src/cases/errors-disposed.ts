/** errors: if a backend is disposed, its plans and tensors report this, and another backend goes on working. */

import type { Backend } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { textOf } from "../problem.js";
import { answerOf, expectRefusal, expectSame, type Held, type Subject } from "./errors-misuse.js";
import { anotherBackend, atWorkbench, CaseEnd, fail } from "./lifecycle-workbench.js";

/** A disposed backend with its plan and tensors. */
type Remains = Held & { readonly backend: Backend };

/** @param calls the backend must refuse each of them, and a plan's run too */
export function disposedCase(
  subject: Subject,
  calls: Readonly<Record<string, (remains: Remains) => unknown>>,
): ConformanceCase {
  const { suite, problem } = subject;
  const all = { ...calls, "a plan's run": ({ run, inputs, output }: Remains) => run(inputs, output) };
  return {
    suite,
    name: `${textOf(problem)}: what is left of a disposed backend says so`,
    problems: [problem],
    run: (context) =>
      atWorkbench(context, async (bench) => {
        const other = await anotherBackend(context);
        const here = await subject.hold(bench);
        const before = await answerOf(bench, here);
        const outcome = await atWorkbench({ ...context, backend: other }, async (elsewhere) => {
          const held = await subject.hold(elsewhere);
          await other.dispose();
          for (const [what, call] of Object.entries(all)) {
            await expectRefusal(() => call({ ...held, backend: other }), ["ERR_DISPOSED"], what);
          }
          if (!held.plan.disposed) fail("a plan of a disposed backend does not say that it has been disposed");
        });
        if (outcome.status !== "passed") throw new CaseEnd(outcome);
        expectSame(before, await answerOf(bench, here), "the backend that was not disposed");
      }),
  };
}
