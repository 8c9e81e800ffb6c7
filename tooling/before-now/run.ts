/**
 * Measures how many times as fast this build of cpu is as another build, in one process, in turn, with tensors on the device:
 * `pnpm before-now <another clone, built> [list...] [--milliseconds n]`. The lists are those of problems.ts; without a list, all run.
 * The whole MobileNet V2 comes last. With 256 bits: `node --experimental-wasm-revectorize --import tsx tooling/before-now/run.ts ...`.
 */

import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  type Backend,
  inputShape,
  outputShape,
  parseProblem,
  prepare,
  randomUniform,
  weightShape,
} from "@convene/core";
import * as now from "@convene/cpu";
import { mobilenetV2 } from "../../apps/benchmark/src/engine/workloads/mobilenet-v2.js";
import { PROBLEMS } from "./problems.js";

const USAGE = `pnpm before-now <another clone, built> [${Object.keys(PROBLEMS).join(" | ")}]... [--milliseconds 250]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { milliseconds: { type: "string", default: "250" } },
});
const [other, ...names] = positionals;
const milliseconds = Number(values.milliseconds);
const unknown = names.find((name) => !(name in PROBLEMS));
if (other === undefined || unknown !== undefined || !(milliseconds > 0)) {
  console.error(unknown === undefined ? USAGE : `no list is called "${unknown}". ${USAGE}`);
  process.exit(2);
}

/** Runs a piece of work `times` times. */
type Subject = (times: number) => Promise<void>;

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** The medians of both in milliseconds, and the median of the ratios of neighbouring samples. */
async function compare(
  subjects: readonly [Subject, Subject],
): Promise<{ readonly times: number[]; readonly ratio: number }> {
  const time = async (subject: Subject, times: number): Promise<number> => {
    const start = performance.now();
    await subject(times);
    return (performance.now() - start) / times;
  };
  for (const subject of subjects) {
    for (const end = performance.now() + milliseconds / 2; performance.now() < end;) await subject(1);
  }
  const once = Math.min(await time(subjects[0], 2), await time(subjects[1], 2));
  const times = Math.max(1, Math.round(3 / once));
  const found: [number, number][] = [];
  for (let round = 0; round < Math.max(7, milliseconds / 6); round++) {
    found.push([await time(subjects[0], times), await time(subjects[1], times)]);
  }
  return {
    times: [median(found.map(([before]) => before)), median(found.map(([, after]) => after))],
    ratio: median(found.map(([before, after]) => before / after)),
  };
}

async function layer(backend: Backend, text: string): Promise<{ readonly run: Subject; readonly algorithm: string }> {
  const problem = parseProblem(text);
  const weight = randomUniform(weightShape(problem)).data;
  const bias = problem.bias ? randomUniform([1, problem.oc, 1, 1]).data : undefined;
  const plan = await backend.prepareConv2d(problem, bias ? { weight, bias } : { weight });
  const x = backend.upload(randomUniform(inputShape(problem)));
  const y = backend.allocate(outputShape(problem));
  const residual = problem.residual ? backend.upload(randomUniform(outputShape(problem))) : undefined;
  return {
    algorithm: plan.algorithm,
    run: async (times) => {
      for (let i = 0; i < times; i++) plan.run(x, y, residual);
    },
  };
}

const module = (await import(pathToFileURL(resolve(other, "packages/cpu/dist/index.js")).href)) as typeof now;
const open = (): Promise<readonly [Backend, Backend]> => Promise.all([module.cpu(), now.cpu()]);
const [before, after] = await open();
console.log(`Node ${process.versions.node}: before (${before.device}) / now (${after.device})`);

for (const name of names.length > 0 ? names : Object.keys(PROBLEMS)) {
  let logarithms = 0;
  console.log(name);
  for (const text of PROBLEMS[name]!) {
    // Each has a new backend, so that the memory of one does not decide the place of another's tensors.
    const backends = await open();
    const [one, two] = [await layer(backends[0], text), await layer(backends[1], text)];
    const { times, ratio } = await compare([one.run, two.run]);
    logarithms += Math.log(ratio);
    const figures = times.map((time) => (1000 * time).toFixed(0).padStart(8)).join("");
    console.log(`  ${text.padEnd(42)}${figures} us  ${ratio.toFixed(2)}  ${two.algorithm}`);
    for (const backend of backends) await backend.dispose();
  }
  console.log(`  geometric mean ${Math.exp(logarithms / PROBLEMS[name]!.length).toFixed(2)}`);
}

const { network, inputShapes } = mobilenetV2().chain!;
const shape = inputShapes["input"]!;
const models = [await prepare(before, network, shape), await prepare(after, network, shape)];
const x = randomUniform(shape);
const [one, two] = models.map((model) => async (times: number) => {
  for (let i = 0; i < times; i++) await model.run(x);
});
const { times, ratio } = await compare([one!, two!]);
console.log(`MobileNet V2 whole: ${times.map((time) => time.toFixed(2)).join(" ms, ")} ms  ${ratio.toFixed(2)}`);
