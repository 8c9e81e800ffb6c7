/**
 * lifecycle, copies in nhwc: uploads and reads in nhwc must copy too. A backend always copies where it converts a layout. Whether it copies where it
 * need not convert depends on the layout of its device. So lifecycle-runs.ts tests nchw, and this file tests nhwc.
 */

import {
  type Conv2dPlan,
  type Conv2dProblem,
  type DeviceTensor,
  inputShape,
  outputShape,
  parseProblem,
  type Shape4,
  tensor,
  type Tensor,
  toLayout,
} from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { benchCase, expectRight, fail, type Fed, integers, type Known, type Workbench } from "./lifecycle-workbench.js";

const LAYOUT = "nhwc";

/** The caller's operands, as tensors in nhwc. */
interface Given {
  readonly input: Tensor;
  readonly residual: Tensor | undefined;
}

export function copyCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const right = (plan: Conv2dPlan, operands: Known, { data, layout }: Tensor, what: string): void => {
    if (layout !== LAYOUT) fail(`${what}: a read in ${LAYOUT} gave a tensor in ${layout}`);
    expectRight(plan, operands, toLayout(tensor(data, outputShape(problem), { layout }), "nchw").data, what);
  };

  const cases: Record<string, (bench: Workbench) => Promise<void>> = {
    [`tensors in ${LAYOUT} that the caller changes after upload do not matter`]: async (bench) => {
      const operands = integers(problem, 1);
      const it = await bench.prepare(problem, operands);
      const output = it.output();
      const given = givenOf(problem, operands);
      const fed = feed(bench, given);
      for (const each of [given.input, given.residual]) each?.data.fill(99);
      it.run(fed, output);
      right(it.plan, operands, await read(bench, output), "the run");
    },
    [`tensors in ${LAYOUT} that the caller hands in are read, and not written`]: async (bench) => {
      const operands = integers(problem, 1);
      const it = await bench.prepare(problem, operands);
      const output = it.output();
      const given = givenOf(problem, operands);
      const fed = feed(bench, given);
      it.run(fed, output);
      right(it.plan, operands, await read(bench, output), "the run");
      // A second upload writes to the device, and must not write to the arrays of the first upload.
      feed(bench, givenOf(problem, integers(problem, 3)), fed);
      await bench.backend.sync();
      const asGiven = givenOf(problem, operands);
      for (const name of ["input", "residual"] as const) {
        if (given[name]?.data.some((each, at) => each !== asGiven[name]!.data[at])) {
          fail(`the caller's ${name} has been changed`);
        }
      }
    },
    [`a result that was read in ${LAYOUT} is the caller's own`]: async (bench) => {
      const [first, second] = [integers(problem, 1), integers(problem, 2)];
      const [one, two] = [await bench.prepare(problem, first), await bench.prepare(problem, second)];
      const output = one.output();
      one.run(one.feed(first), output);
      const result = await read(bench, output);
      right(one.plan, first, result, "the read");
      two.run(two.feed(second), output);
      await bench.backend.sync();
      right(one.plan, first, result, "what was read before another run");
      const again = await read(bench, output);
      again.data.fill(99);
      right(two.plan, second, await read(bench, output), "a read after the caller changed what the one before gave");
    },
  };
  return Object.entries(cases).map(([what, use]) => benchCase(`${text}: ${what}`, use, { problems: [problem] }));
}

function givenOf(problem: Conv2dProblem, { input, residual }: Known): Given {
  const made = (data: Float32Array, shape: Shape4): Tensor => toLayout(tensor(data.slice(), shape), LAYOUT);
  return { input: made(input, inputShape(problem)), residual: residual && made(residual, outputShape(problem)) };
}

function feed({ backend, keep }: Workbench, { input, residual }: Given, into?: Fed): Fed {
  const upload = (given: Tensor, target: DeviceTensor | undefined): DeviceTensor =>
    target ? backend.upload(given, target) : keep(backend.upload(given));
  return { input: upload(input, into?.input), residual: residual && upload(residual, into?.residual) };
}

function read({ backend }: Workbench, source: DeviceTensor): Promise<Tensor> {
  return backend.read(source, { layout: LAYOUT });
}
