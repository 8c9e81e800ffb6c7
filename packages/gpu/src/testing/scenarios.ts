/** Programs for gpu.test.ts that run in a process of their own. Each prints numbers of bytes as JSON. */

import {
  type Backend,
  type Conv2dProblem,
  inputShape,
  outputShape,
  parseProblem,
  randomUniform,
  weightShape,
} from "@convene/core";
import { openWebGpu } from "../engines/webgpu.js";
import { gpu } from "../gpu.js";

const TEXEL = { planes: 1, height: 1, width: 1 };

const collect = (globalThis as { gc?: () => void }).gc!;

async function memory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss;
}

async function cycle(
  backend: Backend,
  problem: Conv2dProblem,
  image = randomUniform(inputShape(problem)),
): Promise<void> {
  const plan = await backend.prepareConv2d(problem, { weight: randomUniform(weightShape(problem)).data });
  const input = backend.upload(image);
  const output = backend.allocate(outputShape(problem));
  plan.run(input, output);
  await backend.read(output);
  for (const each of [plan, input, output]) each.dispose();
}

/** The number of parts into which `growth` divides its cycles. It compares one half of the parts with the other half. */
const PARTS = 10;

/** The engine's own heap changes the memory by as much, seldom by more: in one of some thirty runs, by 13 MiB. */
const NOISE = 8 * 2 ** 20;

/**
 * Bytes by which a process grows while it does `work` `count` times: the least memory during the second half, less the
 * least memory during the first half. If this is more than noise, the second half is compared with a third, and the
 * third with a fourth. A leak grows in each of them.
 */
async function growth(count: number, work: (index: number) => Promise<void>): Promise<{ readonly grown: number }> {
  let index = 0;
  const least = async (): Promise<number> => {
    const held: number[] = [];
    for (let part = 0; part < PARTS / 2; part++) {
      for (let i = 0; i < count / PARTS; i++) await work(index++);
      held.push(await memory());
    }
    return Math.min(...held);
  };
  let grown = Infinity;
  let before = await least();
  for (let half = 1; half <= 3 && grown >= NOISE; half++) {
    const after = await least();
    grown = Math.min(grown, after - before);
    before = after;
  }
  return { grown };
}

interface Device {
  createBuffer(settings: object): { destroy(): void };
}

/** Counts the buffers that nobody has destroyed. A buffer that the garbage collector frees still counts. */
async function countBuffers(): Promise<{ readonly alive: () => number }> {
  const engine = await openWebGpu();
  const kernel = await engine.compile("function () { return [0.0, 0.0, 0.0, 0.0]; }", {}, TEXEL);
  const { device } = kernel.kernel.context as { readonly device: Device };
  const create = device.createBuffer.bind(device);
  let alive = 0;
  device.createBuffer = (settings) => {
    const buffer = create(settings);
    const destroy = buffer.destroy.bind(buffer);
    let destroyed = false;
    buffer.destroy = () => {
      if (!destroyed) alive--;
      destroyed = true;
      destroy();
    };
    alive++;
    return buffer;
  };
  await engine.dispose();
  return { alive: () => alive };
}

/**
 * Cycles with tensors of 1 MiB on the device. If each cycle leaked one tensor, both halves would show it. Every fifth
 * cycle compiles a new kernel.
 */
async function cycles(count: number): Promise<object> {
  const buffers = await countBuffers();
  const backend = await gpu({ mode: "webgpu" });
  let kernels = 0;
  const newProblem = (size: number): Conv2dProblem => parseProblem(`ic4_ih${size}_oc4_kh1_clamp0:${++kernels}_nobias`);
  const problem = newProblem(256);
  const image = randomUniform(inputShape(problem));
  // More kernels than the cache keeps.
  for (let i = 0; i < 70; i++) await cycle(backend, newProblem(8));
  await backend.sync();
  const before = buffers.alive();
  const { grown } = await growth(count, (i) => cycle(backend, i % 5 === 0 ? newProblem(256) : problem, image));
  await backend.sync();
  const more = buffers.alive() - before;
  await backend.dispose();
  return { grown, noise: NOISE, buffers: more, left: buffers.alive() };
}

async function backends(count: number): Promise<object> {
  const problem = parseProblem("ic3_ih8_oc4_kh3_ph1_nobias");
  const one = async (): Promise<void> => {
    const backend = await gpu({ mode: "webgpu" });
    await cycle(backend, problem);
    await backend.dispose();
  };
  const buffers = await countBuffers();
  // The first 40 backends take 10 MB, which the engine and the driver keep for ever. The next 40 take 1 MB.
  for (let i = 0; i < 40; i++) await one();
  const { grown } = await growth(count, one);
  return { grown, noise: NOISE, buffers: 0, left: buffers.alive() };
}

const SCENARIOS = { cycles, backends } as const;
const [, , name, count] = process.argv;
console.log(JSON.stringify(await SCENARIOS[name as keyof typeof SCENARIOS](Number(count))));
