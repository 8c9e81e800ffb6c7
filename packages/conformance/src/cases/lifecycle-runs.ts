/** lifecycle, one plan and its runs: each run reads the content of its input at the time of the call, and writes all of its output. */

import { type Conv2dProblem, formatProblem, inputShape, outputShape, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { makeOperands, type Operands } from "../operands.js";
import {
  atWorkbench,
  expectRight,
  fail,
  integers,
  type Known,
  known,
  type Prepared,
  sizeOf,
  takenOf,
  type Workbench,
} from "./lifecycle-workbench.js";

/** Values that fill an output before a run. Neither can be a right result, and adding to either gives a wrong one. */
const POISONS = [NaN, -12345.5];

/** The order in which six results are asked for, and another in which they are awaited. */
const READ_ORDER = [3, 0, 5, 1, 4, 2];
const AWAIT_ORDER = [2, 5, 0, 4, 3, 1];

/**
 * Problems whose weights a backend may pack in another way than those of `text`, or not at all: a kernel of 1x1, one pixel, few
 * channels, one channel, a multiplier, a stride, and a large kernel.
 */
export const PACKED_IN_OTHER_WAYS: readonly Conv2dProblem[] = [
  "ic8_ih5_oc8_kh1",
  "ic16_ih1_oc12_kh1",
  "ic3_ih6_oc8_kh3_sh2",
  "ic1_ih5_oc1_kh3",
  "g4_ic4_ih6_oc8_kh3",
  "g8_ic8_ih9_oc8_kh5_ph2",
].map((text) => parseProblem(text));

/** @param others problems for the case about weights, which may be packed in several ways */
export function runCases(text: string, others: readonly Conv2dProblem[] = []): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const right = ({ plan }: Prepared, operands: Known, actual: Float32Array, what: string): void =>
    expectRight(plan, operands, actual, what);

  const cases: Record<string, (bench: Workbench, operands: RunOperands) => Promise<void>> = {
    "a plan that runs again answers for its new input": async (bench, { first, otherInput }) => {
      const it = await bench.prepare(problem, first);
      const output = it.output();
      for (const [index, operands] of [first, otherInput].entries()) {
        it.run(it.feed(operands), output);
        right(it, operands, await bench.read(output), `run ${index + 1}`);
      }
    },
    "a plan that runs again sees what was uploaded into the same tensors": async (bench, { first, otherInput }) => {
      const it = await bench.prepare(problem, first);
      const output = it.output();
      const fed = it.feed(first);
      it.run(fed, output);
      right(it, first, await bench.read(output), "run 1");
      const again = it.feed(otherInput, fed);
      if (again.input !== fed.input || again.residual !== fed.residual) fail("upload did not answer with its target");
      it.run(fed, output);
      right(it, otherInput, await bench.read(output), "run 2");
    },
    "weights that the caller changes after prepare do not matter": async (bench, { first }) => {
      for (const each of takenOf(bench.backend, [problem, ...others])) {
        const operands = each === problem ? first : integers(each, 1);
        const given = { ...operands, weight: operands.weight.slice(), bias: operands.bias?.slice() };
        const it = await bench.prepare(each, given);
        given.weight.fill(99);
        given.bias?.fill(99);
        const output = it.output();
        it.run(it.feed(operands), output);
        right(it, operands, await bench.read(output), `the run of ${formatProblem(each)}`);
      }
    },
    "tensors that the caller changes after upload do not matter": async (bench, { first }) => {
      const given = { ...first, input: first.input.slice(), residual: first.residual?.slice() };
      const it = await bench.prepare(problem, first);
      const fed = it.feed(given);
      given.input.fill(99);
      given.residual?.fill(99);
      const output = it.output();
      it.run(fed, output);
      right(it, first, await bench.read(output), "the run");
    },
    "what the caller hands in is read, and not written": async (bench, { first }) => {
      const { input, residual, weight, bias } = first;
      const copies = Object.entries({ input, residual, weight, bias }).map(
        ([name, data]) => [name, data, data?.slice()] as const,
      );
      const it = await bench.prepare(problem, first);
      const output = it.output();
      const fed = it.feed(first);
      it.run(fed, output);
      right(it, first, await bench.read(output), "the run");
      for (const [name, data, copy] of copies) {
        if (data?.some((each, at) => each !== copy![at])) fail(`the caller's ${name} has been changed`);
      }
    },
    "two plans that run in turn keep their own weights and results": async (
      bench,
      { first, otherWeights, otherInput },
    ) => {
      const one = await bench.prepare(problem, first);
      const two = await bench.prepare(problem, otherWeights);
      const [outputOfOne, outputOfTwo] = [one.output(), two.output()];
      const reads: Promise<Float32Array>[] = [];
      // No read is awaited before the next run: each read must give the result of its own run.
      one.run(one.feed(first), outputOfOne);
      reads.push(bench.read(outputOfOne));
      two.run(two.feed(otherWeights), outputOfTwo);
      reads.push(bench.read(outputOfTwo));
      one.run(one.feed(otherInput), outputOfOne);
      reads.push(bench.read(outputOfOne));
      const results = await Promise.all(reads);
      right(one, first, results[0]!, "run 1");
      right(two, otherWeights, results[1]!, "run 2");
      right(one, otherInput, results[2]!, "run 3");
    },
    "a run repeated gives the same bits": async (bench) => {
      const real = makeOperands(problem, "real", 4);
      const it = await bench.prepare(problem, real);
      const output = it.output();
      const fed = it.feed(real);
      it.run(fed, output);
      const bits = bitsOf(await bench.read(output));
      for (let run = 2; run <= 6; run++) {
        // The last runs use new tensors, which lie elsewhere in memory.
        const elsewhere = run > 4;
        const to = elsewhere ? it.output() : output;
        it.run(elsewhere ? it.feed(real) : fed, to);
        const again = bitsOf(await bench.read(to));
        const at = again.findIndex((each, index) => each !== bits[index]);
        if (at >= 0) fail(`run ${run} differs from run 1 at element ${at}`);
      }
    },
    "every element of the output is written, and none is added to": async (bench, { first }) => {
      const it = await bench.prepare(problem, first);
      for (const poison of POISONS) {
        const output = it.output(poison);
        it.run(it.feed(first), output);
        right(it, first, await bench.read(output), `into an output full of ${poison}`);
      }
    },
    "six runs in flight, their results read in another order": async (bench, { first }) => {
      const it = await bench.prepare(problem, first);
      const inputs = READ_ORDER.map((_, index) => withInputOf(problem, first, 10 + index));
      const outputs = inputs.map((operands) => {
        const output = it.output();
        it.run(it.feed(operands), output);
        return output;
      });
      const reads = new Map(READ_ORDER.map((index) => [index, bench.read(outputs[index]!)]));
      // Some reads are awaited later. Until then a rejection must not count as unhandled.
      await Promise.allSettled(reads.values());
      for (const index of AWAIT_ORDER) right(it, inputs[index]!, await reads.get(index)!, `run ${index + 1}`);
    },
    "an upload right after a run or a read does not reach it": async (bench, { first, otherInput }) => {
      const it = await bench.prepare(problem, first);
      const output = it.output();
      const fed = it.feed(first);
      it.run(fed, output);
      it.feed(otherInput, fed);
      const read = bench.read(output);
      bench.upload(new Float32Array(sizeOf(output.shape)).fill(99), output.shape, output);
      right(it, first, await read, "the run before the upload");
      it.run(fed, output);
      right(it, otherInput, await bench.read(output), "the run after the upload");
    },
    "a result that was read is the caller's own": async (bench, { first, otherInput }) => {
      const it = await bench.prepare(problem, first);
      const output = it.output();
      const fed = it.feed(first);
      it.run(fed, output);
      const result = await bench.read(output);
      right(it, first, result, "the read");
      it.run(it.feed(otherInput, fed), output);
      await bench.backend.sync();
      right(it, first, result, "what was read before another run");
      const second = await bench.read(output);
      bench.upload(new Float32Array(sizeOf(output.shape)).fill(99), output.shape, output);
      await bench.backend.sync();
      right(it, first, result, "what was read before another read");
      right(it, otherInput, second, "what was read before an upload");
      it.run(fed, output);
      const third = await bench.read(output);
      third.fill(99);
      right(it, otherInput, await bench.read(output), "a read after the caller changed what the one before gave");
    },
  };
  if (sameSizes(problem)) {
    cases["an output is the input of the next run, with nothing awaited between"] = async (
      bench,
      { first, otherInput },
    ) => {
      const it = await bench.prepare(problem, first);
      const [middle, output] = [it.output(), it.output()];
      const fed = it.feed(first);
      it.run(fed, middle);
      it.run({ ...fed, input: middle }, output);
      const reads = Promise.all([bench.read(output), bench.read(middle)]);
      // The same tensors are used again. The earlier reads must not see the new values.
      it.run(it.feed(otherInput, fed), middle);
      const [after, between] = await reads;
      right(it, first, between, "the first run");
      // The expected result comes from the values that were read, because these have just been checked.
      right(it, known(problem, { ...first, input: between }), after, "the second run");
    };
  }
  return Object.entries(cases).map(([what, use]) => ({
    suite: "lifecycle",
    name: `${text}: ${what}`,
    problems: [problem],
    run: (context) => {
      const first = integers(problem, 1);
      const otherWeights = integers(problem, 2);
      const otherInput = withInputOf(problem, first, 3);
      return atWorkbench(context, (bench) => use(bench, { first, otherWeights, otherInput }));
    },
  }));
}

/** The operands of the cases: two sets that differ in everything, and one set with the weights of the first. */
interface RunOperands {
  readonly first: Known;
  readonly otherWeights: Known;
  readonly otherInput: Known;
}

/** `operands` with input and residual from another seed. */
function withInputOf(problem: Conv2dProblem, { weight, bias }: Operands, seed: number): Known {
  const { input, residual } = makeOperands(problem, "integer", seed);
  return known(problem, { weight, bias, input, residual });
}

function sameSizes(problem: Conv2dProblem): boolean {
  return inputShape(problem).join() === outputShape(problem).join();
}

function bitsOf(data: Float32Array): Uint32Array {
  return new Uint32Array(data.slice().buffer);
}
