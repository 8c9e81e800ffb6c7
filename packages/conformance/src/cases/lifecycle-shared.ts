/** lifecycle, tensors of allocateShared: they may share memory as long as no result shows it. */

import { type Conv2dProblem, type DeviceTensor, inputShape, outputShape, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import type { Operands } from "../operands.js";
import {
  benchCase,
  errorOf,
  expectNoneLeft,
  expectRight,
  fail,
  integers,
  type Known,
  known,
  memoryUse,
  sizeOf,
  type Workbench,
} from "./lifecycle-workbench.js";

/** Two layers. The input of the first and the output of the second are not needed at the same time. */
const CHAIN = ["ic5_ih8_oc11_kh3_ph1", "ic11_ih8_oc5_kh3_ph1"].map(parseProblem) as [Conv2dProblem, Conv2dProblem];

export function sharedCases(): readonly ConformanceCase[] {
  return [
    benchCase("tensors of allocateShared hold what they should, for as long as they should", sharedTensors, {
      problems: CHAIN,
    }),
    benchCase("tensors of allocateShared may be disposed one by one", sharedDisposal, { problems: CHAIN }),
  ];
}

/** The plans of the chain, their tensors in shared memory, and a function that gives each layer's right result. */
async function chain({ backend, keep, ...bench }: Workbench) {
  const [first, second] = CHAIN;
  const weights = [integers(first, 1), integers(second, 2)] as const;
  const steps = [await bench.prepare(first, weights[0]), await bench.prepare(second, weights[1])] as const;
  const shapes = [inputShape(first), outputShape(first), outputShape(second)] as const;
  const tensors = backend.allocateShared(shapes.map((shape, step) => ({ shape, from: step, to: step + 1 })));
  if (tensors.length !== 3) fail(`${tensors.length} tensors were allocated for 3 lifetimes`);
  const [from, middle, to] = tensors.map(keep) as [DeviceTensor, DeviceTensor, DeviceTensor];
  return {
    first,
    second,
    weights,
    plans: steps.map(({ plan }) => plan),
    from,
    middle,
    to,
    run(operands: Operands): void {
      backend.upload({ shape: shapes[0], layout: "nchw", data: operands.input }, from);
      steps[0].run({ input: from, residual: undefined }, middle);
      steps[1].run({ input: middle, residual: undefined }, to);
    },
    /** The right result of the whole chain for `operands`. */
    answer: (operands: Known): Known => {
      const error = errorOf(steps[0].plan, operands);
      const input = Float32Array.from(operands.expected);
      return known(second, { ...weights[1], input }, error && { input: Float32Array.from(error) });
    },
  };
}

async function sharedTensors(bench: Workbench): Promise<void> {
  const { first, weights, plans, from, middle, to, run, answer } = await chain(bench);
  for (const [one, other] of [
    [from, middle],
    [middle, to],
  ] as const) {
    fill(bench, one, 1);
    fill(bench, other, 2);
    await expectFull(bench, one, 1);
    await expectFull(bench, other, 2);
  }
  // The second upload may overwrite the first output. The read of that output was called before, so it must give the old values.
  const inputs = [weights[0], known(first, { ...weights[0], input: integers(first, 3).input })];
  const answers = inputs.map(answer);
  const reads = inputs.map((operands) => {
    run(operands);
    return bench.read(to);
  });
  for (const [index, result] of (await Promise.all(reads)).entries()) {
    expectRight(plans[1]!, answers[index]!, result, `run ${index + 1} of the chain`);
  }
}

function fill(bench: Workbench, target: DeviceTensor, value: number): void {
  bench.upload(new Float32Array(sizeOf(target.shape)).fill(value), target.shape, target);
}

async function expectFull(bench: Workbench, source: DeviceTensor, value: number): Promise<void> {
  if ((await bench.read(source)).every((each) => each === value)) return;
  fail("two tensors lie in the same memory, though their lifetimes meet");
}

async function sharedDisposal(bench: Workbench): Promise<void> {
  const before = await memoryUse(bench.backend);
  const { first, weights, plans, from, middle, to, run } = await chain(bench);
  run(weights[0]);
  to.dispose();
  from.dispose();
  // If freeing one tensor freed all of the shared memory, this tensor would take its place.
  const intruder = bench.filled(outputShape(first), 99);
  if (!to.disposed || !from.disposed || middle.disposed) fail("one that was disposed has taken others with it");
  expectRight(plans[0]!, weights[0], await bench.read(middle), "the tensor that is left");
  middle.dispose();
  if ((await bench.read(intruder)).some((each) => each !== 99)) fail("a tensor lies in shared memory that was in use");
  for (const each of [intruder, ...plans]) each.dispose();
  expectNoneLeft(before, await memoryUse(bench.backend));
}
