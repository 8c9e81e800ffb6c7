/** Ten thousand runs (fifty thousand where CONVENE_LONG is set) over fifty plans that come and go: memory stays flat, and no worker is left. */

import { makeOperands, randomSource, referenceConv2d } from "@convene/conformance";
import { type Conv2dPlan, type DeviceTensor, inputShape, outputShape, parseProblem, tensor } from "@convene/core";
import { expect, it } from "vitest";
import { openReachable } from "./testing/threads.js";

const RUNS = process.env["CONVENE_LONG"] === undefined ? 10_000 : 50_000;
const PLANS = 50;
/** Enqueued before anything is awaited. */
const TOGETHER = 20;
/** Of a plan, after a batch: whether it is disposed, and another made in its place. */
const CHANCE = 0.01;
/** Runs after which nothing may grow; in the last batch of them there are twice as many plans, for a moment. */
const WARM_UP = 1000;

const KINDS = [
  "ic5_ih6_oc11_kh3_ph1",
  "g12_ic12_ih9_oc12_kh3_ph1",
  "g4_ic16_ih5_oc16_kh3_ph1_residual_relu",
  "ic24_ih10_oc32_kh1",
  "n2_ic8_ih12_oc24_kh3_sh2_ph1_relu6",
  "g64_ic64_ih14_oc64_kh5_ph2",
].map(parseProblem);

interface Live {
  readonly plan: Conv2dPlan;
  readonly input: DeviceTensor;
  readonly residual: DeviceTensor | undefined;
  readonly output: DeviceTensor;
  readonly expected: Float32Array;
}

it(`${RUNS} runs are right over ${PLANS} live plans, which are disposed at random`, { timeout: 600_000 }, async () => {
  const { backend, alive } = await openReachable({ threads: 2 });
  const random = randomSource(50);
  const make = async (index: number): Promise<Live> => {
    const problem = KINDS[index % KINDS.length]!;
    const { input, weight, bias, residual } = makeOperands(problem, "integer", 1 + Math.floor(random() * 20));
    return {
      plan: await backend.prepareConv2d(problem, { weight, bias }),
      input: backend.upload(tensor(input, inputShape(problem))),
      residual: residual && backend.upload(tensor(residual, outputShape(problem))),
      output: backend.allocate(outputShape(problem)),
      expected: Float32Array.from(referenceConv2d(problem, { input, weight, bias, residual }).output),
    };
  };
  const dispose = ({ plan, input, residual, output }: Live): void => {
    for (const each of [plan, input, residual, output]) each?.dispose();
  };

  const live: Live[] = [];
  for (let i = 0; i < PLANS; i++) live.push(await make(i));
  let reserved = 0;
  let heap = 0;
  let disposed = 0;
  for (let runs = 0; runs < RUNS; runs += TOGETHER) {
    let last: Live;
    for (let i = 0; i < TOGETHER; i++) {
      last = live[Math.floor(random() * PLANS)]!;
      last.plan.run(last.input, last.output, last.residual);
    }
    const reading = backend.read(last!.output);
    if (runs === WARM_UP - TOGETHER) {
      // All at once, whatever becomes of runs in flight meanwhile: planning lets the event loop have its turns.
      const others: Live[] = [];
      for (const index of live.keys()) others.push(await make(index));
      for (const each of live.splice(0)) dispose(each);
      live.push(...others);
      disposed += PLANS;
    }
    for (const [index, each] of live.entries()) {
      if (random() >= CHANCE) continue;
      // While its runs may be in flight.
      dispose(each);
      disposed++;
      live[index] = await make(index);
    }
    expect(Buffer.from((await reading).data.buffer).equals(bytesOf(last!.expected))).toBe(true);
    if (runs === WARM_UP) {
      reserved = backend.memory()!.reserved;
      heap = process.memoryUsage().heapUsed;
    }
  }
  expect(disposed).toBeGreaterThan(2 * PLANS);
  expect(backend.memory()!.reserved).toBe(reserved);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64e6);
  for (const each of live) dispose(each);
  await backend.sync();
  expect(backend.memory()!.used).toBe(0);
  expect(alive()).toBe(2);
  await backend.dispose();
  expect(alive()).toBe(0);
});

/** −0 counts as 0. */
function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.map((value) => value + 0).buffer);
}
