/** What a process of its own does for gpu.test.ts; prints bytes, as JSON. */

import {
  type Backend,
  type Conv2dProblem,
  inputShape,
  outputShape,
  parseProblem,
  randomUniform,
  weightShape,
} from "@convene/core";
import { gpu } from "../gpu.js";

const collect = (globalThis as { gc?: () => void }).gc!;

async function memory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss;
}

async function cycle(backend: Backend, problem: Conv2dProblem): Promise<void> {
  const plan = await backend.prepareConv2d(problem, { weight: randomUniform(weightShape(problem)).data });
  const input = backend.upload(randomUniform(inputShape(problem)));
  const output = backend.allocate(outputShape(problem));
  plan.run(input, output);
  await backend.read(output);
  for (const each of [plan, input, output]) each.dispose();
}

/** Tensors of 1 MiB on the device, of which one a cycle would be 500; every fifth kernel is a new one, more than are kept. */
async function cycles(): Promise<object> {
  const backend = await gpu({ mode: "webgpu" });
  const problem = (i: number): Conv2dProblem =>
    parseProblem(`ic4_ih256_oc4_kh1_clamp0:${i % 5 === 0 ? i + 1 : 1}_nobias`);
  const run = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await cycle(backend, problem(i));
  };
  await run(0, 100);
  const before = await memory();
  await run(100, 600);
  const grown = (await memory()) - before;
  await backend.dispose();
  return { grown };
}

async function backends(): Promise<object> {
  const problem = parseProblem("ic3_ih8_oc4_kh3_ph1_nobias");
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const backend = await gpu({ mode: "webgpu" });
      await cycle(backend, problem);
      await backend.dispose();
    }
  };
  // What engine and driver keep once and for all has come by then: 40 more grow by 10 MB at first, by 1 later.
  await run(80);
  const before = await memory();
  await run(50);
  return { grown: (await memory()) - before };
}

const SCENARIOS = { cycles, backends } as const;
console.log(JSON.stringify(await SCENARIOS[process.argv[2] as keyof typeof SCENARIOS]()));
