/** operations, more than one run: no stale values, no memory that is shared wrongly, runs in the order of calls, no leaks. */

import {
  type Conv2dProblem,
  conv2dProblem,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  operationProblem,
  parseOperation,
  type Shape4,
  zeros,
} from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { ALIKE_OPERATIONS } from "./operations-alike.js";
import { ONE_OF_EACH } from "./operations-problems.js";
import { expectOperation, knownOperation, knowOperation, operationCase, prepareAt } from "./operations-workbench.js";
import { sparsely } from "./quick.js";
import {
  atWorkbench,
  expectNoneLeft,
  fail,
  memoryUse,
  needMemory,
  takenOf,
  type Workbench,
} from "./lifecycle-workbench.js";

export function operationRunCases(): readonly ConformanceCase[] {
  return [
    ...ONE_OF_EACH.map((text) => operationCase(text, "other inputs, over and over", again)),
    ...ONE_OF_EACH.map(betweenConvolutions),
    ...ONE_OF_EACH.map((text) => operationCase(text, "tensors disposed behind the last call", disposedBehind)),
    ...ONE_OF_EACH.map((text) => operationCase(text, "an empty batch gives an empty result", emptyBatch)),
    ...sparsely(
      7,
      ONE_OF_EACH.map((text) =>
        operationCase(text, "twenty cycles without growth, in memory that is not clean", cycles),
      ),
    ),
    ...["add_n2_c5_h3_w4_relu", "multiply_n2_c5_h3_w4", "concat_n2_channels4:4_h3_w5"].map((text) =>
      operationCase(text, "one tensor as both inputs", sameTwice),
    ),
    operationCase("prelu_n2_c5_h3_w4", "the caller's slope is copied, and left alone", slopeCopied),
    ...Object.values(ALIKE_OPERATIONS).map(alike),
  ];
}

/** Three runs, which show a run that writes its input, an output with old values, or an image of another run. */
async function again(bench: Workbench, problem: OperationProblem): Promise<void> {
  const first = knownOperation(problem, 1);
  const others = [2, 3].map((seed) =>
    knowOperation(problem, { ...first, inputs: knownOperation(problem, seed).inputs }),
  );
  const it = await prepareAt(bench, problem, first);
  const outputs: Float32Array[] = [];
  const output = it.output();
  const fed = [first, ...others].map((each) => it.feed(each));
  for (const inputs of [fed[0]!, fed[1]!, fed[2]!, fed[0]!]) {
    it.plan.run(inputs, output);
    outputs.push(await bench.read(output));
  }
  for (const [index, known] of [first, ...others, first].entries()) {
    expectOperation(problem, known, outputs[index]!, `run ${index + 1}`);
  }
  for (const [index, known] of [first, ...others].entries()) {
    for (const [input, data] of known.own.inputs.entries()) {
      const after = await bench.read(fed[index]![input]!);
      if (after.some((x, at) => !Object.is(x, data[at]))) fail(`input ${input} was changed by a run`);
    }
  }
}

/** A convolution that reverses the channels. Its weights are ones and zeros, so nothing is rounded. */
function reversal([n, ic, ih, iw]: Shape4): Conv2dProblem {
  return conv2dProblem({ n, ic, ih, iw, oc: ic, kh: 1, kw: 1, bias: false });
}

function reversed(data: ArrayLike<number>, [n, c, h, w]: Shape4): Float32Array {
  const plane = h * w;
  return Float32Array.from({ length: n * c * plane }, (_, at) => {
    const [image, channel] = [Math.floor(at / (c * plane)), Math.floor(at / plane) % c];
    return data[(image * c + c - 1 - channel) * plane + (at % plane)]!;
  });
}

/** Runs upload, convolution, operation and convolution twice, with the same tensors, and awaits nothing in between. */
function betweenConvolutions(text: string): ConformanceCase {
  const given = parseOperation(text);
  const [shape, ...rest] = operationInputShapes(given);
  const outputShape = operationOutputShape(given);
  const [before, behind] = [reversal(shape!), reversal(outputShape)];
  const use = async (bench: Workbench, problem: OperationProblem): Promise<void> => {
    const { backend, keep } = bench;
    const first = knownOperation(problem, 1);
    const second = knowOperation(problem, { ...first, inputs: knownOperation(problem, 2).inputs });
    const it = await prepareAt(bench, problem, first);
    const [front, back] = [
      keep(await backend.prepareConv2d(before, reversing(before), { accuracy: "strict" })),
      keep(await backend.prepareConv2d(behind, reversing(behind), { accuracy: "strict" })),
    ];
    const source = bench.filled(shape!, NaN);
    const inputs = [shape!, ...rest].map((each) => bench.filled(each, NaN));
    const outputs = [it.output(), it.output()];
    const results = [bench.filled(outputShape, NaN), bench.filled(outputShape, NaN)];
    for (const [round, known] of [first, second].entries()) {
      bench.upload(reversed(known.inputs[0]!, shape!), shape!, source);
      front.run(source, inputs[0]!);
      for (const [index, data] of known.inputs.entries()) {
        if (index > 0) bench.upload(data, rest[index - 1]!, inputs[index]);
      }
      it.plan.run(inputs, outputs[round]!);
      back.run(outputs[round]!, results[round]!);
    }
    const read = await Promise.all([...results, ...outputs].map((each) => bench.read(each)));
    for (const [round, known] of [first, second].entries()) {
      expectOperation(
        problem,
        known,
        reversed(read[round]!, outputShape),
        `behind the convolution of round ${round + 1}`,
      );
      expectOperation(problem, known, read[round + 2]!, `round ${round + 1}`);
    }
  };
  return operationCase(text, "between convolutions, without waiting", use, [before, behind]);
}

function reversing({ ic, oc }: Conv2dProblem): { readonly weight: Float32Array } {
  return {
    weight: Float32Array.from({ length: ic * oc }, (_, at) => (Math.floor(at / ic) + (at % ic) === ic - 1 ? 1 : 0)),
  };
}

/** After a call of `run`, its plan and its tensors may be disposed at once. */
async function disposedBehind(bench: Workbench, problem: OperationProblem): Promise<void> {
  const known = knownOperation(problem, 4);
  const it = await prepareAt(bench, problem, known);
  const [inputs, output] = [it.feed(known), it.output()];
  it.plan.run(inputs, output);
  it.plan.dispose();
  for (const each of inputs) each.dispose();
  const reading = bench.read(output);
  output.dispose();
  // New tensors take the place of the disposed tensors.
  for (const { shape } of [...inputs, output]) bench.filled(shape, 555);
  expectOperation(problem, known, await reading, "after plan and tensors were disposed");
  if (!it.plan.disposed || !output.disposed) fail("a disposed plan or tensor does not say that it is");
  it.plan.dispose();
}

async function emptyBatch(bench: Workbench, problem: OperationProblem): Promise<void> {
  const known = knownOperation(problem, 1);
  const full = await prepareAt(bench, problem, known);
  const empty = operationProblem(problem.kind === "reshape" ? { ...problem, n: 0, on: 0 } : { ...problem, n: 0 });
  const none = bench.keep(await bench.backend.prepareOperation(empty, known.slope ? { slope: known.slope } : {}));
  const inputs = operationInputShapes(empty).map((shape) => bench.keep(bench.backend.upload(zeros(shape))));
  const output = bench.keep(bench.backend.allocate(operationOutputShape(empty)));
  const [fed, fullOutput] = [full.feed(known), full.output()];
  full.plan.run(fed, fullOutput);
  none.run(inputs, output);
  const { shape, data } = await bench.backend.read(output);
  const expected = operationOutputShape(empty);
  if (shape.join() !== expected.join() || data.length !== 0) {
    fail(`a read gave ${data.length} elements of ${shape.join(" x ")}; expected none of ${expected.join(" x ")}`);
  }
  expectOperation(problem, known, await bench.read(fullOutput), "the run beside it");
}

async function cycles(
  bench: Workbench,
  problem: OperationProblem,
  context: { backend: Workbench["backend"] },
): Promise<void> {
  const { backend } = bench;
  const before = await memoryUse(backend);
  let warm: Awaited<ReturnType<typeof memoryUse>>;
  for (let cycle = 1; cycle <= 20; cycle++) {
    const outcome = await atWorkbench({ backend: context.backend, accuracy: "fast" }, async (inner) => {
      const dirty = inner.filled(operationOutputShape(problem), NaN);
      dirty.dispose();
      const known = knownOperation(problem, cycle);
      const it = await prepareAt(inner, problem, known);
      const fed = it.feed(known);
      // The output is allocated without an upload, so its old content is still there.
      const output = inner.keep(backend.allocate(operationOutputShape(problem)));
      it.plan.run(fed, output);
      expectOperation(problem, known, await inner.read(output), `cycle ${cycle}`);
    });
    if (outcome.status !== "passed") fail(outcome.message ?? outcome.status);
    const now = await memoryUse(backend);
    expectNoneLeft(before, now, `after ${cycle} cycles`);
    if (cycle === 10) warm = now;
    if (now && warm && now.reserved > warm.reserved) {
      fail(`${warm.reserved} bytes were reserved after 10 cycles, ${now.reserved} after ${cycle}`);
    }
  }
  needMemory(backend);
}

async function sameTwice(bench: Workbench, problem: OperationProblem): Promise<void> {
  const [input] = knownOperation(problem, 1).inputs;
  const known = knowOperation(problem, { inputs: [input!, input!] });
  const it = await prepareAt(bench, problem, known);
  const [tensor] = it.feed({ inputs: [input!] });
  const output = it.output();
  it.plan.run([tensor!, tensor!], output);
  expectOperation(problem, known, await bench.read(output), "with one tensor as both inputs");
}

async function slopeCopied(bench: Workbench, problem: OperationProblem): Promise<void> {
  const known = knownOperation(problem, 1);
  const mine = known.slope!.slice();
  const it = await prepareAt(bench, problem, { ...known, slope: mine });
  if (mine.some((each, at) => each !== known.slope![at])) fail("prepareOperation changed the caller's slope");
  mine.fill(0);
  const output = it.output();
  it.plan.run(it.feed(known), output);
  expectOperation(problem, known, await bench.read(output), "with the caller's slope changed after prepareOperation");
}

/** Plans that a cache could confuse. All of them are alive together. */
function alike(texts: readonly string[]): ConformanceCase {
  const use = async (bench: Workbench): Promise<void> => {
    const problems = takenOf(bench.backend, texts.map(parseOperation));
    const made = await Promise.all(
      problems.map(async (problem, index) => {
        const known = knownOperation(problem, index + 1);
        return { problem, known, it: await prepareAt(bench, problem, known) };
      }),
    );
    const running = made.map(({ problem, known, it }) => {
      const output = it.output();
      it.plan.run(it.feed(known), output);
      return { problem, known, output };
    });
    for (const { problem, known, output } of running) {
      expectOperation(problem, known, await bench.read(output), `one of ${problems.length} plans that are alike`);
    }
  };
  return operationCase(texts[0]!, `and ${texts.length - 1} that differ from it in one thing, alive together`, use);
}
