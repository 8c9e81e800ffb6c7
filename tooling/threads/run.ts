/**
 * Measures MobileNet V2 on worker-threads beside cpu, one run at a time, with input and result, as in an application: back to back,
 * after a rest, and after other work on the calling thread. Both run in turn, so that other work of the machine affects both. At the
 * end it measures how long a backend takes to open, with one thread and with all. `pnpm threads [rounds] [threads]`; with 256 bits:
 * `node --experimental-wasm-revectorize --import tsx tooling/threads/run.ts`.
 */

import process from "node:process";
import { type Model, prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";
import { mobilenetV2 } from "../../apps/benchmark/src/engine/workloads/mobilenet-v2.js";

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const work = async (milliseconds: number): Promise<void> => {
  for (const start = performance.now(); performance.now() - start < milliseconds;);
};

/** The situations: a function that is called before each run, and the number of runs of one backend in a row. */
const SITUATIONS: Readonly<Record<string, { readonly before: () => Promise<void>; readonly runs: number }>> = {
  "back to back": { before: async () => undefined, runs: 3 },
  "after 30 ms of rest": { before: () => rest(30), runs: 1 },
  "after 20 ms of work": { before: () => work(20), runs: 1 },
};
const WARM_UP = 30;
const OPENINGS = 11;

const rounds = Number(process.argv[2] ?? 40);
const threads = Number(process.argv[3] ?? 2);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const { network, inputShapes } = mobilenetV2().chain!;
const inputShape = inputShapes["input"]!;
const x = randomUniform(inputShape);
const one = await cpu();
const many = [await workerThreads({ threads }), await workerThreads({ threads, caller: "joins" })];
const backends = [one, ...many];
const models: Model[] = [];
for (const backend of backends) models.push(await prepare(backend, network, inputShape));

const expected = (await models[0]!.run(x)).data;
for (const [index, model] of models.entries()) {
  const { data } = await model.run(x);
  if (!data.every((value, at) => Object.is(value, expected[at])))
    throw new Error(`${backends[index]!.device}: other bits`);
  for (let i = 0; i < WARM_UP; i++) await model.run(x);
}

console.log(`Node ${process.versions.node}, MobileNet V2, medians of ${rounds}; bits are those of cpu (${one.device})`);
for (const [name, { before, runs }] of Object.entries(SITUATIONS)) {
  const times: number[][] = models.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, model] of models.entries()) {
      let sum = 0;
      for (let run = 0; run < runs; run++) {
        await before();
        const start = performance.now();
        await model.run(x);
        sum += performance.now() - start;
      }
      times[index]!.push(sum / runs);
    }
  }
  for (const [index, { device }] of many.entries()) {
    const ratio = median(times[0]!.map((time, round) => time / times[index + 1]![round]!));
    const figures = `${median(times[0]!).toFixed(2)} ms on one, ${median(times[index + 1]!).toFixed(2)} ms`;
    console.log(`  ${name.padEnd(20)} ${device.padEnd(44)} ${figures}  ratio ${ratio.toFixed(2)}`);
  }
}

for (const model of models) model.dispose();
for (const backend of backends) await backend.dispose();

/** Milliseconds to open a backend. */
async function opening(count: number): Promise<number> {
  const start = performance.now();
  const backend = await workerThreads({ threads: count });
  const time = performance.now() - start;
  await backend.dispose();
  return time;
}

await opening(threads);
const openings: (readonly [number, number])[] = [];
for (let round = 0; round < OPENINGS; round++) openings.push([await opening(1), await opening(threads)]);
const [single, all] = [median(openings.map(([time]) => time)), median(openings.map(([, time]) => time))];
console.log(
  `  opening, medians of ${OPENINGS}: ${single.toFixed(1)} ms with one thread, ${all.toFixed(1)} ms with ${threads}`,
);
