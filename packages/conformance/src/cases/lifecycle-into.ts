/** lifecycle, reads into the caller's tensor: the backend writes all of the tensor, in its layout, before the promise resolves and never later. */

import {
  type Conv2dProblem,
  type Layout,
  outputShape,
  parseProblem,
  type Tensor,
  tensor,
  toLayout,
} from "@convene/core";
import type { ConformanceCase } from "../case.js";
import {
  benchCase,
  expectRight,
  fail,
  integers,
  type Known,
  type Prepared,
  sizeOf,
  type Workbench,
} from "./lifecycle-workbench.js";

const LAYOUTS = ["nchw", "nhwc"] as const;

export function intoCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const cases: Record<string, (bench: Workbench) => Promise<void>> = Object.fromEntries(
    LAYOUTS.flatMap((layout) => [
      [
        `a read into a tensor in ${layout} writes all of it, and nothing later`,
        (bench) => oneAtATime(bench, problem, layout),
      ],
      [`reads in flight into tensors in ${layout} are each right`, (bench) => inFlight(bench, problem, layout)],
    ]),
  );
  return Object.entries(cases).map(([what, use]) => benchCase(`${text}: ${what}`, use, { problems: [problem] }));
}

async function oneAtATime(bench: Workbench, problem: Conv2dProblem, layout: Layout): Promise<void> {
  const [first, second] = [integers(problem, 1), integers(problem, 2)];
  const [one, two] = [await bench.prepare(problem, first), await bench.prepare(problem, second)];
  const output = one.output();
  const [into, other] = [target(problem, layout), target(problem, layout)];
  one.run(one.feed(first), output);
  expectInto(one, first, await bench.backend.read(output, { into }), into, "the read");
  two.run(two.feed(second), output);
  expectInto(two, second, await bench.backend.read(output, { into: other }), other, "the read into another tensor");
  expectInto(one, first, into, into, "what was read before another run and another read");
  into.data.fill(99);
  expectInto(
    two,
    second,
    await bench.backend.read(output, { into }),
    into,
    "a read into a tensor that was used before",
  );
}

async function inFlight(bench: Workbench, problem: Conv2dProblem, layout: Layout): Promise<void> {
  const all = [integers(problem, 1), integers(problem, 2), integers(problem, 3)];
  const plans: Prepared[] = [];
  for (const operands of all) plans.push(await bench.prepare(problem, operands));
  const output = plans[0]!.output();
  const targets = all.map(() => target(problem, layout));
  const reads = all.map((operands, index) => {
    const it = plans[index]!;
    it.run(it.feed(operands), output);
    return bench.backend.read(output, { into: targets[index]! });
  });
  const results = await Promise.all(reads);
  for (const [index, result] of results.entries()) {
    expectInto(plans[index]!, all[index]!, result, targets[index]!, `read ${index + 1} of ${all.length}`);
  }
}

/** A tensor full of a value that no result has. */
function target(problem: Conv2dProblem, layout: Layout): Tensor {
  const shape = outputShape(problem);
  return tensor(new Float32Array(sizeOf(shape)).fill(NaN), shape, { layout });
}

function expectInto({ plan }: Prepared, operands: Known, result: Tensor, into: Tensor, what: string): void {
  if (result !== into) fail(`${what} gave another tensor than the one that it was to be written to`);
  expectRight(plan, operands, toLayout(into, "nchw").data, what);
}
